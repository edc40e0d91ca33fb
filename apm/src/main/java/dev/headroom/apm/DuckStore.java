package dev.headroom.apm;

import dev.headroom.apm.analysis.ClockSkew;
import dev.headroom.base.Health;
import dev.headroom.base.TimeSource;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.OtlpSignal;
import dev.headroom.signals.Span;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TraceId;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.ApmSpec;
import dev.headroom.spec.ScaledApp;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The store on disk. */
final class DuckStore implements TelemetryStore {
  /*
   * One thread takes batches off the queue, puts cells and events into the memory, from which the
   * live pages and the autoscaler are answered, and rows into the writer, which commits them a
   * second later or when there are many. Between commits the same thread seals and deletes, so
   * nothing else writes meanwhile. Windows older than the memory, and spans, are asked of the disk;
   * such a question first has what is waiting committed.
   *
   * When a commit fails, for example on a full disk, its rows wait and the queue behind them fills:
   * senders are told to come later. It is tried again every few seconds.
   */
  private static final Logger LOG = System.getLogger(DuckStore.class.getName());

  private static final long COMMIT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long MAINTAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int COMMIT_ROWS = 20_000;
  private static final int MOST_SERIES = 200_000;
  private static final int MOST_RESOURCES = 50_000;

  private final TimeSource time;
  private final int mostQueued;
  private final DropCounts dropped = new DropCounts();
  private final RecentTelemetry recent;
  private final DuckDatabase database;
  private final DuckReads reads;
  private final DuckWriter writer;
  private final DuckRetention retention;
  private final CellQueries live;
  private final CellQueries archived;
  private final ErrorGroups groups = new ErrorGroups();
  private final SpanRollups rollups = new SpanRollups(groups);
  private final AnalysisQueries liveAnalyses;
  private final AnalysisQueries archivedAnalyses;

  private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final AtomicLong queued = new AtomicLong();
  private final LongAdder takenSpans = new LongAdder();
  private final LongAdder takenPoints = new LongAdder();
  private final LongAdder takenLogs = new LongAdder();
  private final Thread thread;
  // Written by the writing thread, read by whoever asks how we are.
  private volatile long bytesOnDisk;
  private volatile @Nullable String trouble;
  private volatile boolean closed;

  private sealed interface Work {
    record Batch(Telemetry telemetry, int items) implements Work {}

    /** Commits, then does what is asked between commits. */
    record Errand(Step step, CompletableFuture<@Nullable Void> done) implements Work {}
  }

  @FunctionalInterface
  private interface Step {
    void run() throws SQLException, IOException;
  }

  private DuckStore(
      DuckDatabase database, ApmSpec.Retention retention, StoreLimits limits, TimeSource time) {
    this.time = time;
    this.mostQueued = limits.queue();
    this.database = database;
    this.recent =
        new RecentTelemetry(limits, time, dropped, time.epochNanos() - limits.recent().toNanos());
    Dictionary<Series> series = new Dictionary<>(MOST_SERIES);
    Dictionary<Attributes> resources = new Dictionary<>(MOST_RESOURCES);
    this.reads = new DuckReads(database, series, resources);
    this.writer = new DuckWriter(database, series, resources, dropped);
    this.retention = new DuckRetention(database, retention, time);
    this.live = new CellQueries(recent.cells, recent.texts);
    this.archived = new CellQueries(reads, recent.texts);
    this.liveAnalyses = new AnalysisQueries(recent.cells, live, groups, settledTraces());
    this.archivedAnalyses = new AnalysisQueries(reads, archived, groups, settledTraces());
    this.thread = new Thread(this::run, "telemetry-store");
    thread.setDaemon(true);
  }

  static DuckStore open(
      Path folder, ApmSpec.Retention retention, StoreLimits limits, TimeSource time) {
    DuckDatabase database = DuckDatabase.open(folder);
    DuckStore store = new DuckStore(database, retention, limits, time);
    store.load();
    store.thread.start();
    return store;
  }

  private void load() {
    reads.loadDictionaries(recent.texts, groups);
    long horizon = recent.horizon();
    reads.scanAll(
        horizon,
        Long.MAX_VALUE,
        (series, at, value, sketch) ->
            recent.cells.add(new Cell(recent.cells.admit(series), at, value, sketch)));
    reads
        .events(horizon, Long.MAX_VALUE, "", MOST_EVENTS_AT_START)
        .reversed()
        .forEach(recent.events::add);
    bytesOnDisk = database.bytesOnDisk();
  }

  /** One more than the memory holds, so that it knows when it does not hold all. */
  private static final int MOST_EVENTS_AT_START = 10_001;

  // Taking.

  @Override
  public boolean offer(Telemetry batch) {
    int items = batch.spans().size() + batch.metrics().size() + batch.logs().size();
    if (closed) {
      return false;
    }
    // A batch larger than the whole queue would never find place: it is taken into an empty one.
    long with = queued.addAndGet(items);
    if (with > mostQueued && with > items) {
      queued.addAndGet(-items);
      return false;
    }
    queue.add(new Work.Batch(batch, items));
    return true;
  }

  @Override
  public void accept(Telemetry batch) {
    if (!offer(batch)) {
      dropped.add(batch, closed ? "closed" : "queue full");
    }
  }

  @Override
  public void refused(OtlpSignal signal, String reason, long items) {
    dropped.add(DropCounts.name(signal), reason, items);
  }

  @Override
  public void flush() {
    errand(() -> {});
  }

  /** Seals and deletes what is due, as the writing thread does by itself every few seconds. */
  void maintain() {
    errand(this::maintainNow);
  }

  /** Seals whatever is hot. */
  void sealAll() {
    errand(
        () -> {
          for (Table table : Table.values()) {
            database.seal(table);
          }
        });
  }

  private void errand(Step step) {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    queue.add(new Work.Errand(step, done));
    if (closed) {
      // The thread may have looked for the last time already.
      done.completeExceptionally(new IllegalStateException("the telemetry store is closed"));
    }
    done.join();
  }

  // The writing thread.

  private void run() {
    long firstWaiting = 0;
    long nextMaintenance = System.nanoTime() + MAINTAIN_NANOS;
    long retryAt = 0;
    while (true) {
      long now = System.nanoTime();
      boolean waits = hasWaiting();
      long deadline =
          waits ? Math.min(firstWaiting + COMMIT_NANOS, nextMaintenance) : nextMaintenance;
      boolean stuck = trouble != null && writer.waiting() > 2 * COMMIT_ROWS;
      @Nullable Work work = null;
      try {
        if (stuck && !closed) {
          // The queue behind a commit that cannot succeed fills up, and says so to senders.
          failErrands();
          TimeUnit.NANOSECONDS.sleep(Math.clamp(retryAt - now, 1_000_000, 100_000_000));
        } else {
          work = queue.poll(Math.max(0, deadline - now), TimeUnit.NANOSECONDS);
        }
      } catch (InterruptedException e) {
        closed = true;
      }
      switch (work) {
        case Work.Batch batch -> {
          if (!waits) {
            firstWaiting = System.nanoTime();
          }
          queued.addAndGet(-batch.items);
          apply(batch.telemetry);
        }
        case Work.Errand errand -> run(errand);
        case null -> {}
      }
      now = System.nanoTime();
      boolean due = now - firstWaiting >= COMMIT_NANOS || writer.waiting() >= COMMIT_ROWS;
      if (hasWaiting() && due && (trouble == null || now >= retryAt)) {
        if (!commit()) {
          retryAt = now + RETRY_NANOS;
        }
        firstWaiting = now;
      }
      if (now >= nextMaintenance) {
        nextMaintenance = now + MAINTAIN_NANOS;
        tryToMaintain();
      }
      if (closed && queue.isEmpty()) {
        commit();
        return;
      }
    }
  }

  /* Nobody waits for a disk that is full: questions are answered without what waits. */
  private void failErrands() {
    IllegalStateException reason = new IllegalStateException("telemetry store: " + trouble);
    for (Work work : queue) {
      if (work instanceof Work.Errand errand && queue.remove(errand)) {
        errand.done.completeExceptionally(reason);
      }
    }
  }

  private boolean hasWaiting() {
    return writer.waiting() > 0 || rollups.isOpen();
  }

  private void run(Work.Errand errand) {
    try {
      commitNow();
      errand.step.run();
      errand.done.complete(null);
    } catch (SQLException | IOException | RuntimeException e) {
      errand.done.completeExceptionally(
          new IllegalStateException("telemetry store: " + e.getMessage(), e));
    }
  }

  private void apply(Telemetry batch) {
    for (Metric metric : batch.metrics()) {
      if (recent.isPlausible("metrics", metric.endEpochNanos())) {
        takenPoints.increment();
        recent.cells.measured(metric.name(), metric.endEpochNanos());
        keep(Cell.of(recent.cells.admit(Series.of(metric)), metric));
      }
    }
    for (Span span : batch.spans()) {
      if (recent.isPlausible("spans", span.endEpochNanos())) {
        takenSpans.increment();
        writer.add(span);
        rollups.add(span, time.nanoTime());
      }
    }
    for (LogRecord log : batch.logs()) {
      if (recent.isPlausible("logs", log.epochNanos())) {
        takenLogs.increment();
        writer.add(log);
        rollups.add(log);
        if (recent.texts.learn(log)) {
          writer.text(
              log.attributes().text(Vocabulary.QUERY).orElse(""),
              log.attributes().text(Vocabulary.QUERY_TEXT).orElse(""));
        }
        if (!log.eventName().isEmpty()) {
          recent.events.add(log);
        }
      }
    }
  }

  private void keep(Cell cell) {
    if (recent.cells.add(cell)) {
      writer.add(cell);
    } else {
      dropped.add("metrics", "memory full", 1);
    }
  }

  private void commitNow() throws SQLException {
    rollups.expire(time.nanoTime());
    groups.drain().forEach(writer::group);
    rollups
        .drain()
        .forEach(
            cell ->
                keep(
                    new Cell(
                        recent.cells.admit(cell.series()),
                        cell.time(),
                        cell.value(),
                        cell.sketch())));
    if (writer.waiting() > 0) {
      writer.commit();
    }
  }

  private boolean commit() {
    try {
      commitNow();
      if (trouble != null) {
        LOG.log(Level.INFO, "telemetry store: writes again");
        trouble = null;
      }
      return true;
    } catch (SQLException e) {
      if (trouble == null) {
        LOG.log(Level.WARNING, "telemetry store: cannot write, tries again: {0}", e.getMessage());
      }
      trouble = "cannot write: " + e.getMessage();
      return false;
    }
  }

  private void tryToMaintain() {
    try {
      maintainNow();
    } catch (SQLException | IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "telemetry store: retention failed, tries again", e);
    }
  }

  private void maintainNow() throws SQLException, IOException {
    rollups.expire(time.nanoTime());
    recent.cells.trim(recent.horizon());
    recent.events.trim(recent.horizon());
    bytesOnDisk = retention.run();
  }

  // Asking.

  private CellQueries over(Window window) {
    if (isRecent(window)) {
      return live;
    }
    settle();
    return archived;
  }

  /* A disk that cannot be written can still be read: the answer then lacks what waits. */
  private void settle() {
    if (trouble != null) {
      return;
    }
    try {
      flush();
    } catch (CompletionException e) {
      LOG.log(Level.DEBUG, "telemetry store: answers without what waits", e);
    }
  }

  private boolean isRecent(Window window) {
    return Times.nanos(window.from()) >= recent.horizon();
  }

  @Override
  public List<EndpointStats> endpoints(Window window) {
    return over(window).endpoints(window);
  }

  @Override
  public List<EndpointPoint> endpointSeries(
      Window window, Duration step, Optional<String> service, Optional<String> route) {
    return over(window).endpointSeries(window, step, service, route);
  }

  @Override
  public List<QueryStats> queries(Window window) {
    return over(window).queries(window);
  }

  @Override
  public List<MetricSeries> series(
      String metric, Window window, Duration step, List<String> groupBy) {
    return over(window).series(metric, window, step, groupBy);
  }

  @Override
  public List<MetricSeries> allSeries(String metric, Window window, Duration step) {
    return over(window).allSeries(metric, window, step);
  }

  @Override
  public List<MetricName> metrics() {
    return CellQueries.names(reads.series());
  }

  @Override
  public List<GaugeValue> latest(String metric, Duration maxAge) {
    Instant oldest = time.now().minus(maxAge);
    RecentCells source = recent.cells;
    if (Times.nanos(oldest) < recent.horizon()) {
      settle();
      source = new RecentCells(StoreLimits.USUAL);
      RecentCells all = source;
      reads.scan(
          metric,
          Times.nanos(oldest),
          Long.MAX_VALUE,
          (series, at, value, sketch) -> all.add(new Cell(series, at, value, sketch)));
    }
    return source.latest(metric, Times.nanos(oldest)).stream()
        .map(c -> new GaugeValue(c.series().attributes(), Times.instant(c.time()), c.value()))
        .toList();
  }

  @Override
  public List<LogRecord> events(Window window, String prefix, int limit) {
    long from = Times.nanos(window.from());
    long to = Times.nanos(window.to());
    if (recent.events.covers(from)) {
      return recent.events.find(from, to, prefix, limit);
    }
    settle();
    return reads.events(from, to, prefix, limit);
  }

  @Override
  public List<TraceSummary> traces(
      Window window, Optional<String> route, boolean slowestFirst, int limit) {
    settle();
    return reads.traces(window, route, slowestFirst, limit).stream()
        .map(RecentSpans::summary)
        .toList();
  }

  @Override
  public List<TraceSummary> search(Window window, TraceQuery query, int limit) {
    settle();
    return RecentSpans.newestFirst(reads.search(window, query, limit));
  }

  /* Spans are on the disk only; what waits is written before they are asked for. */
  private TraceSource settledTraces() {
    return new TraceSource() {
      @Override
      public List<Collection<Span>> traces(
          Window window, Optional<String> route, boolean slowestFirst, int limit) {
        settle();
        return reads.traces(window, route, slowestFirst, limit);
      }

      @Override
      public List<Collection<Span>> repeating(Window window, int least, int limit) {
        settle();
        return reads.repeating(window, least, limit);
      }

      @Override
      public List<Collection<Span>> search(Window window, TraceQuery query, int limit) {
        settle();
        return reads.search(window, query, limit);
      }
    };
  }

  private AnalysisQueries analyses(Window window) {
    if (isRecent(window)) {
      return liveAnalyses;
    }
    settle();
    return archivedAnalyses;
  }

  @Override
  public List<ErrorGroup> errorGroups(Window window, int limit) {
    return analyses(window).errorGroups(window, limit);
  }

  @Override
  public ServiceMap serviceMap(Window window) {
    return analyses(window).serviceMap(window);
  }

  @Override
  public List<SlowRequest> slowRequests(
      Window window, Optional<String> service, Optional<String> route, int limit) {
    return analyses(window).slowRequests(window, service, route, limit);
  }

  @Override
  public Optional<EndpointAnalysis> endpointAnalysis(Window window, Endpoint endpoint) {
    return analyses(window).endpointAnalysis(window, endpoint);
  }

  @Override
  public List<RepeatedCall> repeatedCalls(Window window, int limit) {
    return analyses(window).repeatedCalls(window, limit);
  }

  @Override
  public Map<Endpoint, List<EndpointPoint>> endpointsOverTime(Window window, Duration step) {
    return analyses(window).endpointsOverTime(window, step);
  }

  @Override
  public List<LogRecord> logs(TraceId traceId) {
    settle();
    return reads.logs(traceId);
  }

  @Override
  public List<Span> trace(TraceId traceId) {
    settle();
    return ClockSkew.correct(reads.trace(traceId));
  }

  @Override
  public Optional<Instant> newest(String metric) {
    return recent.cells.newest(metric).stream()
        .mapToObj(Times::instant)
        .findFirst()
        .or(() -> reads.newest(metric).stream().mapToObj(Times::instant).findFirst());
  }

  @Override
  public StoreStats storeStats() {
    List<Dropped> all = new ArrayList<>(dropped.list());
    for (Segment lost : database.lost()) {
      all.add(new Dropped(lost.table().sql(), "corrupt " + lost.file().getFileName(), lost.rows()));
    }
    return new StoreStats(
        bytesOnDisk, takenSpans.sum(), takenPoints.sum(), takenLogs.sum(), List.copyOf(all));
  }

  // Being a component.

  /** Another retention holds from its next run on. */
  @Override
  public void apply(ScaledApp previous, ScaledApp next) {
    retention.retain(next.apm().retention());
  }

  @Override
  public String name() {
    return "telemetry store";
  }

  @Override
  public Health check() {
    if (closed || !thread.isAlive()) {
      return Health.down("closed");
    }
    String now = trouble;
    return now == null ? Health.up() : Health.degraded(now);
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    // Wakes the thread, which commits what is queued before it ends.
    queue.add(new Work.Batch(Telemetry.spans(List.of()), 0));
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    database.close();
  }
}
