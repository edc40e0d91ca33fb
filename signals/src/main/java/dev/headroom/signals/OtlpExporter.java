package dev.headroom.signals;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.TimeSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends telemetry to another process by OTLP/HTTP, gzipped protobuf, at least once a second while
 * there is any. What the other side cannot take now is sent again with growing delays for a minute;
 * meanwhile a bounded queue fills, and what finds no place or no taker is dropped and counted.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/#otlphttp">OTLP/HTTP</a>
 */
public final class OtlpExporter implements TelemetryConsumer, Component {
  private static final Logger LOG = System.getLogger(OtlpExporter.class.getName());

  /** How long and how much. Package-private: nobody has needed others outside of tests. */
  record Pace(Duration interval, Duration firstRetry, Duration giveUp, int queue, int request) {
    static final Pace USUAL =
        new Pace(
            Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofMinutes(1), 30_000, 2_000);
  }

  private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);
  private static final Duration GRACE_AT_CLOSE = Duration.ofSeconds(3);

  private final URI endpoint;
  private final TimeSource time;
  private final RandomGenerator random;
  private final Pace pace;
  private final HttpClient http;
  private final Thread sender;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by the lock. A queue of its own per signal: a flood of spans must not displace the
  // metrics that decisions are made of.
  private List<Span> spans = new ArrayList<>();
  private List<Metric> metrics = new ArrayList<>();
  private List<LogRecord> logs = new ArrayList<>();
  private final Map<String, Long> dropped = new TreeMap<>();
  private long sent;
  private boolean closed;
  private @Nullable String trouble;

  private OtlpExporter(URI endpoint, TimeSource time, RandomGenerator random, Pace pace) {
    this.endpoint = endpoint;
    this.time = time;
    this.random = random;
    this.pace = pace;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .executor(task -> Thread.ofVirtual().name("otlp-exporter-http").start(task))
            .build();
    this.sender = Thread.ofVirtual().name("otlp-exporter").unstarted(this::run);
  }

  /**
   * Starts to send; does not wait for the other side to be there.
   *
   * @param endpoint without the signal's path, for example {@code http://127.0.0.1:4318}
   */
  public static OtlpExporter start(URI endpoint, TimeSource time, RandomGenerator random) {
    return start(endpoint, time, random, Pace.USUAL);
  }

  static OtlpExporter start(URI endpoint, TimeSource time, RandomGenerator random, Pace pace) {
    OtlpExporter exporter = new OtlpExporter(endpoint, time, random, pace);
    exporter.sender.start();
    return exporter;
  }

  @Override
  public void accept(Telemetry batch) {
    lock.lock();
    try {
      enqueue("spans", spans, batch.spans());
      enqueue("metrics", metrics, batch.metrics());
      enqueue("logs", logs, batch.logs());
      if (halfFull()) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private <T> void enqueue(String signal, List<T> queue, List<T> items) {
    int room = closed ? 0 : Math.max(0, pace.queue - queue.size());
    if (items.size() <= room) {
      queue.addAll(items);
    } else {
      queue.addAll(items.subList(0, room));
      drop(signal, closed ? "closed" : "queue full", items.size() - room);
    }
  }

  private boolean halfFull() {
    int half = pace.queue / 2;
    return spans.size() > half || metrics.size() > half || logs.size() > half;
  }

  /** Items that the other side has taken. */
  public long sent() {
    lock.lock();
    try {
      return sent;
    } finally {
      lock.unlock();
    }
  }

  /** Items that were lost, by {@code signal: reason}. */
  public Map<String, Long> dropped() {
    lock.lock();
    try {
      return Map.copyOf(dropped);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String name() {
    return "OTLP exporter";
  }

  @Override
  public Health check() {
    lock.lock();
    try {
      return trouble == null ? Health.up() : Health.degraded(trouble);
    } finally {
      lock.unlock();
    }
  }

  /** Sends what is queued, once, and gives up what that does not take. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      if (!sender.join(GRACE_AT_CLOSE)) {
        sender.interrupt();
      }
    } catch (InterruptedException e) {
      sender.interrupt();
      Thread.currentThread().interrupt();
    }
    http.shutdownNow();
  }

  private void run() {
    try {
      while (true) {
        Telemetry batch = take();
        send(OtlpSignal.METRICS, "metrics", batch.metrics(), OtlpWriter::metrics);
        send(OtlpSignal.LOGS, "logs", batch.logs(), OtlpWriter::logs);
        send(OtlpSignal.TRACES, "spans", batch.spans(), OtlpWriter::traces);
        if (batch.isEmpty() && isClosed()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      // close() waited long enough.
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private Telemetry take() throws InterruptedException {
    lock.lock();
    try {
      long wait = pace.interval.toNanos();
      while (wait > 0 && !closed && !halfFull()) {
        wait = changed.awaitNanos(wait);
      }
      Telemetry batch = new Telemetry(spans, metrics, logs);
      spans = new ArrayList<>();
      metrics = new ArrayList<>();
      logs = new ArrayList<>();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private interface Encoder<T> {
    byte[] encode(List<T> items);
  }

  private <T> void send(OtlpSignal signal, String name, List<T> items, Encoder<T> encoder)
      throws InterruptedException {
    for (int from = 0; from < items.size(); from += pace.request) {
      List<T> part = items.subList(from, Math.min(items.size(), from + pace.request));
      Outcome outcome = deliver(signal, gzip(encoder.encode(part)));
      lock.lock();
      try {
        sent += part.size() - Math.min(part.size(), outcome.lost(part.size()));
        if (outcome.lost(part.size()) > 0) {
          drop(name, outcome.reason, Math.min(part.size(), outcome.lost(part.size())));
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** What became of a request; {@code rejected} is negative when that is all of its items. */
  private record Outcome(long rejected, String reason) {
    long lost(int items) {
      return rejected < 0 ? items : rejected;
    }
  }

  private Outcome deliver(OtlpSignal signal, byte[] body) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(trimmed(endpoint) + signal.httpPath()))
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", OtlpEncoding.PROTOBUF.contentType())
            .header("Content-Encoding", "gzip")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    long giveUp = time.nanoTime() + pace.giveUp.toNanos();
    Duration delay = pace.firstRetry;
    while (true) {
      String failure;
      Duration wait = delay.multipliedBy(50 + random.nextInt(51)).dividedBy(100);
      try {
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        int status = response.statusCode();
        if (status / 100 == 2) {
          trouble(null);
          return new Outcome(rejected(response.body()), "rejected");
        }
        failure = endpoint + " answers " + status;
        if (status != 429 && status != 502 && status != 503 && status != 504) {
          trouble(failure);
          return new Outcome(-1, "refused with " + status);
        }
        wait = retryAfter(response, wait);
      } catch (IOException e) {
        failure = endpoint + " cannot be reached: " + e;
      }
      trouble(failure);
      if (time.nanoTime() + wait.toNanos() > giveUp || !sleep(wait)) {
        return new Outcome(-1, "unreachable");
      }
      delay = delay.multipliedBy(2);
      if (delay.compareTo(LONGEST_DELAY) > 0) {
        delay = LONGEST_DELAY;
      }
    }
  }

  private static String trimmed(URI endpoint) {
    String text = endpoint.toString();
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  /* False when there is no time left, as the exporter closes. */
  private boolean sleep(Duration delay) throws InterruptedException {
    lock.lock();
    try {
      long wait = delay.toNanos();
      while (wait > 0 && !closed) {
        wait = changed.awaitNanos(wait);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private Duration retryAfter(HttpResponse<?> response, Duration otherwise) {
    String header = response.headers().firstValue("Retry-After").orElse("").trim();
    if (header.isEmpty()) {
      return otherwise;
    }
    Duration asked;
    try {
      asked =
          header.chars().allMatch(Character::isDigit) && header.length() < 10
              ? Duration.ofSeconds(Long.parseLong(header))
              : Duration.between(
                  time.now(),
                  ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException e) {
      return otherwise;
    }
    return asked.compareTo(LONGEST_DELAY) > 0
        ? LONGEST_DELAY
        : asked.isNegative() ? Duration.ZERO : asked;
  }

  /* Of an Export…Response: partial_success.rejected_…, the same numbers for all signals. */
  private static long rejected(byte[] body) {
    long rejected = 0;
    try {
      ProtoReader in = new ProtoReader(body);
      while (in.next()) {
        if (in.field() != 1) {
          in.skip();
          continue;
        }
        int outer = in.enter();
        while (in.next()) {
          if (in.field() == 1) {
            rejected = in.varint();
          } else {
            in.skip();
          }
        }
        in.leave(outer);
      }
    } catch (OtlpRefusal e) {
      LOG.log(Level.DEBUG, "answer is not protobuf: {0}", e.getMessage());
    }
    return Math.max(0, rejected);
  }

  private void trouble(@Nullable String now) {
    lock.lock();
    try {
      if (now != null && trouble == null) {
        LOG.log(Level.WARNING, "telemetry waits: {0}", now);
      } else if (now == null && trouble != null) {
        LOG.log(Level.INFO, "telemetry is taken again by {0}", endpoint);
      }
      trouble = now;
    } finally {
      lock.unlock();
    }
  }

  private void drop(String signal, String reason, long items) {
    dropped.merge(signal + ": " + reason, items, Long::sum);
  }

  private static byte[] gzip(byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length / 4 + 64);
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
