import com.sun.management.OperatingSystemMXBean;
import dev.headroom.apm.TelemetryStore;
import dev.headroom.apm.TraceQuery;
import dev.headroom.apm.Window;
import dev.headroom.base.ByteSize;
import dev.headroom.base.TimeSource;
import dev.headroom.signals.OtlpBatch;
import dev.headroom.signals.OtlpEncoding;
import dev.headroom.signals.OtlpReader;
import dev.headroom.signals.OtlpSignal;
import dev.headroom.signals.TraceId;
import dev.headroom.spec.ApmSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.LongFunction;

/**
 * From OTLP bytes to answers: what a span costs in processor time and disk, what a question takes.
 */
final class ApmBench {
  private static final OperatingSystemMXBean OS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private ApmBench() {}

  public static void main(String[] args) throws Exception {
    long spans = Long.parseLong(args[0]);
    boolean uniform = Boolean.parseBoolean(args[1]);
    Path folder = Path.of(args[2]);
    // As many a second as ten million in five hours.
    Duration span = Duration.ofNanos(Duration.ofHours(5).toNanos() / 10_000_000 * spans);
    TimeSource time = TimeSource.system();
    long end = time.epochNanos();
    long start = end - span.toNanos();
    long traces = spans / 10;
    long step = span.toNanos() / traces;

    ApmSpec.Retention retention =
        new ApmSpec.Retention(
            Duration.ofDays(3), Duration.ofDays(30), ByteSize.mebibytes(50 << 10));
    try (TelemetryStore store = TelemetryStore.open(folder, retention, time)) {
      ingest(store, new Dataset(uniform), traces, start, step);
      line(
          "resident memory after ingest",
          "%.0f MB (peak %.0f)",
          resident("VmRSS"),
          resident("VmHWM"));
    }
    bytes(folder, traces * 10);

    long opening = System.nanoTime();
    try (TelemetryStore store = TelemetryStore.open(folder, retention, time)) {
      line("opens in", "%.2f s", (System.nanoTime() - opening) / 1e9);
      questions(store, traces, end, uniform);
      line(
          "resident memory after questions",
          "%.0f MB (peak %.0f)",
          resident("VmRSS"),
          resident("VmHWM"));
      System.out.println("dropped: " + store.storeStats().dropped());
    }
  }

  private static void ingest(
      TelemetryStore store, Dataset data, long traces, long start, long step) {
    OtlpReader reader = new OtlpReader();
    // The first spans compile the program.
    long warm = Math.min(traces / 4, 20_000) / PER_REQUEST * PER_REQUEST;
    send(store, reader, data, 0, warm, start, step);
    Used before = Used.now();
    Sent sent = send(store, reader, data, warm, traces, start, step);
    Used used = Used.now().since(before, sent);
    double spans = (traces - warm) * 10;
    line("OTLP", "%.0f B/span", sent.bytes / spans);
    line(
        "ingest to durable, with roll-ups",
        "%.2f us of processor time per span = %.0f spans/s per core",
        used.process / 1e3 / spans,
        spans / used.process * 1e9);
    line(
        "of it",
        "%.2f us reading OTLP, %.2f us the store's thread, %.2f us collector, compiler and others",
        used.reading / 1e3 / spans,
        used.storing / 1e3 / spans,
        (used.process - used.reading - used.storing) / 1e3 / spans);
    line(
        "elapsed",
        "%.1f s, %.0f spans/s, the generator's %.2f us per span included",
        used.elapsed / 1e9,
        spans / used.elapsed * 1e9,
        sent.generating / 1e3 / spans);
  }

  private static final long PER_REQUEST = Dataset.SPANS_PER_REQUEST / 10;

  private record Sent(long bytes, long generating) {}

  /* Nanoseconds. */
  private record Used(double process, double reading, double storing, double elapsed) {
    static Used now() {
      double storing = 0;
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      for (long id : threads.getAllThreadIds()) {
        ThreadInfo info = threads.getThreadInfo(id);
        if (info != null && info.getThreadName().equals("telemetry-store")) {
          storing += threads.getThreadCpuTime(id);
        }
      }
      return new Used(OS.getProcessCpuTime(), threadCpu(), storing, System.nanoTime());
    }

    Used since(Used before, Sent sent) {
      return new Used(
          process - before.process - sent.generating,
          reading - before.reading - sent.generating,
          storing - before.storing,
          elapsed - before.elapsed);
    }
  }

  private static Sent send(
      TelemetryStore store,
      OtlpReader reader,
      Dataset data,
      long from,
      long to,
      long start,
      long step) {
    long bytes = 0;
    long generating = 0;
    for (long first = from; first < to; first += PER_REQUEST) {
      long before = threadCpu();
      byte[] body = data.request(first, start + first * step, step);
      generating += threadCpu() - before;
      bytes += body.length;
      OtlpBatch batch = reader.read(OtlpSignal.TRACES, OtlpEncoding.PROTOBUF, body);
      if (!store.offer(batch.telemetry())) {
        throw new IllegalStateException("the queue is full though it was emptied");
      }
      // A sender that waits for a commit, so that the queue stays short.
      if (first % (40 * PER_REQUEST) == 0) {
        store.flush();
      }
    }
    store.flush();
    return new Sent(bytes, generating);
  }

  private static void bytes(Path folder, long spans) throws SQLException, IOException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("telemetry.duckdb"));
        Statement sql = connection.createStatement()) {
      try (ResultSet row =
          sql.executeQuery(
              "SELECT kind, count(*), sum(row_count), sum(bytes) FROM segments GROUP BY kind ORDER"
                  + " BY kind")) {
        while (row.next()) {
          line(
              "sealed " + row.getString(1).toLowerCase(Locale.ROOT),
              "%d segments, %d rows, %.1f B/row",
              row.getLong(2),
              row.getLong(3),
              (double) row.getLong(4) / row.getLong(3));
        }
      }
      try (ResultSet row = sql.executeQuery("SELECT count(*) FROM cells")) {
        row.next();
        line("cells not sealed", "%d", row.getLong(1));
      }
    }
    try (var files = Files.walk(folder)) {
      double total = files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
      line("folder", "%.1f MB, %.1f B/span with everything", total / 1e6, total / spans);
    }
  }

  private static void questions(TelemetryStore store, long traces, long end, boolean uniform) {
    Random random = new Random(9);
    time(
        "trace by id",
        60,
        i -> {
          long trace = random.nextLong(traces);
          return store.trace(new TraceId(Dataset.traceHigh(trace), Dataset.traceLow(trace))).size();
        });
    time(
        "trace by id, unknown",
        20,
        i -> store.trace(new TraceId(random.nextLong(), random.nextLong())).size());
    Window hour = window(end, Duration.ofHours(1));
    time("percentiles per endpoint, 1 h", 10, i -> store.endpoints(hour).size());
    time(
        "percentiles per endpoint, 15 min",
        10,
        i -> store.endpoints(window(end, Duration.ofMinutes(15))).size());
    time(
        "slowest 20 traces of a route, 1 h",
        10,
        i -> store.traces(hour, java.util.Optional.of("/route/" + i), true, 20).size());
    for (int hours : new int[] {1, 5}) {
      Window window = window(end, Duration.ofHours(hours));
      time(
          "attribute = value, newest 20, " + hours + " h",
          10,
          i -> search(store, window, key(i) + " = " + value(i)));
      time(
          "attribute of no span, " + hours + " h",
          3,
          i -> search(store, window, key(i) + " = nothing"));
      time(
          "attribute = value and rare, " + hours + " h",
          3,
          i -> search(store, window, key(i) + " = " + value(i) + " and duration > 100s"));
    }
    time("service map, 1 h", 5, i -> store.serviceMap(hour).edges().size());
  }

  private static String key(long i) {
    return Dataset.key((int) (i * 7 % 97));
  }

  private static String value(long i) {
    return Dataset.value((int) (i * 13 % 1_000));
  }

  private static int search(TelemetryStore store, Window window, String query) {
    return store.search(window, TraceQuery.parse(query), 20).size();
  }

  private static Window window(long end, Duration length) {
    return Window.before(java.time.Instant.EPOCH.plusNanos(end), length);
  }

  private static void time(String what, int rounds, LongFunction<Integer> question) {
    long began = System.nanoTime();
    int size = question.apply(0);
    double first = (System.nanoTime() - began) / 1e6;
    double[] millis = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      began = System.nanoTime();
      question.apply(i + 1);
      millis[i] = (System.nanoTime() - began) / 1e6;
    }
    Arrays.sort(millis);
    line(
        what,
        "median %.1f ms, worst %.1f, first %.1f (%d found)",
        millis[rounds / 2],
        millis[rounds - 1],
        first,
        size);
  }

  private static long threadCpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static double resident(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    return 0;
  }

  private static void line(String what, String format, Object... values) {
    System.out.printf(Locale.ROOT, "%-36s " + format + "%n", prepend(what, values));
  }

  private static Object[] prepend(String what, Object[] values) {
    Object[] all = new Object[values.length + 1];
    all[0] = what;
    System.arraycopy(values, 0, all, 1, values.length);
    return all;
  }
}
