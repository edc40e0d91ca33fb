package dev.headroom.apm;

import dev.headroom.apm.analysis.ClockSkew;
import dev.headroom.base.Health;
import dev.headroom.base.TimeSource;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.OtlpSignal;
import dev.headroom.signals.Span;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TraceId;
import dev.headroom.spec.ScaledApp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** The store without a disk. What is taken can be asked for at once. */
final class MemoryStore implements TelemetryStore {
  private final TimeSource time;
  private final DropCounts dropped = new DropCounts();
  private final RecentTelemetry recent;
  private final RecentSpans spans;
  private final CellQueries queries;
  private final AnalysisQueries analyses;
  private final ErrorGroups groups = new ErrorGroups();
  private final SpanRollups rollups = new SpanRollups(groups);
  private final RecentEvents logs;
  private final LongAdder takenSpans = new LongAdder();
  private final LongAdder takenPoints = new LongAdder();
  private final LongAdder takenLogs = new LongAdder();

  MemoryStore(StoreLimits limits, TimeSource time) {
    this.time = time;
    this.recent = new RecentTelemetry(limits, time, dropped, Long.MIN_VALUE);
    this.spans = new RecentSpans(limits);
    this.queries = new CellQueries(recent.cells, recent.texts);
    this.analyses = new AnalysisQueries(recent.cells, queries, groups, spans);
    this.logs = new RecentEvents(limits, Long.MIN_VALUE);
  }

  @Override
  public boolean offer(Telemetry batch) {
    accept(batch);
    return true;
  }

  @Override
  public synchronized void accept(Telemetry batch) {
    recent.cells.trim(recent.horizon());
    recent.events.trim(recent.horizon());
    for (Metric metric : batch.metrics()) {
      if (recent.isPlausible("metrics", metric.endEpochNanos())) {
        takenPoints.increment();
        recent.cells.measured(metric.name(), metric.endEpochNanos());
        add(Cell.of(recent.cells.admit(Series.of(metric)), metric));
      }
    }
    for (Span span : batch.spans()) {
      if (recent.isPlausible("spans", span.endEpochNanos())) {
        takenSpans.increment();
        spans.add(span);
        rollups.add(span, time.nanoTime());
      }
    }
    for (LogRecord log : batch.logs()) {
      if (recent.isPlausible("logs", log.epochNanos())) {
        takenLogs.increment();
        recent.texts.learn(log);
        rollups.add(log);
        if (log.traceId().isValid()) {
          logs.add(log);
        }
        if (!log.eventName().isEmpty()) {
          recent.events.add(log);
        }
      }
    }
    drain();
  }

  private void drain() {
    rollups.expire(time.nanoTime());
    rollups.drain().forEach(this::add);
    groups.drain();
  }

  private void add(Cell cell) {
    if (!recent.cells.add(cell)) {
      dropped.add("metrics", "memory full", 1);
    }
  }

  @Override
  public void refused(OtlpSignal signal, String reason, long items) {
    dropped.add(DropCounts.name(signal), reason, items);
  }

  @Override
  public synchronized void flush() {
    drain();
  }

  @Override
  public List<EndpointStats> endpoints(Window window) {
    return queries.endpoints(window);
  }

  @Override
  public List<EndpointPoint> endpointSeries(
      Window window, Duration step, Optional<String> service, Optional<String> route) {
    return queries.endpointSeries(window, step, service, route);
  }

  @Override
  public List<QueryStats> queries(Window window) {
    return queries.queries(window);
  }

  @Override
  public List<MetricSeries> allSeries(String metric, Window window, Duration step) {
    return queries.allSeries(metric, window, step);
  }

  @Override
  public List<MetricName> metrics() {
    return CellQueries.names(recent.cells.series());
  }

  @Override
  public List<GaugeValue> latest(String metric, Duration maxAge) {
    return recent.cells.latest(metric, Times.nanos(time.now().minus(maxAge))).stream()
        .map(c -> new GaugeValue(c.series().attributes(), Times.instant(c.time()), c.value()))
        .toList();
  }

  @Override
  public List<MetricSeries> series(
      String metric, Window window, Duration step, List<String> groupBy) {
    return queries.series(metric, window, step, groupBy);
  }

  @Override
  public List<LogRecord> events(Window window, String prefix, int limit) {
    return recent.events.find(Times.nanos(window.from()), Times.nanos(window.to()), prefix, limit);
  }

  @Override
  public List<TraceSummary> search(Window window, TraceQuery query, int limit) {
    flush();
    return RecentSpans.newestFirst(spans.search(window, query, limit));
  }

  @Override
  public List<TraceSummary> traces(
      Window window, Optional<String> route, boolean slowestFirst, int limit) {
    return spans.traces(window, route, slowestFirst, limit).stream()
        .map(RecentSpans::summary)
        .toList();
  }

  @Override
  public List<Span> trace(TraceId traceId) {
    return ClockSkew.correct(spans.trace(traceId));
  }

  @Override
  public List<LogRecord> logs(TraceId traceId) {
    return logs.ofTrace(traceId);
  }

  @Override
  public List<ErrorGroup> errorGroups(Window window, int limit) {
    return analyses.errorGroups(window, limit);
  }

  @Override
  public ServiceMap serviceMap(Window window) {
    return analyses.serviceMap(window);
  }

  @Override
  public List<SlowRequest> slowRequests(
      Window window, Optional<String> service, Optional<String> route, int limit) {
    return analyses.slowRequests(window, service, route, limit);
  }

  @Override
  public Optional<EndpointAnalysis> endpointAnalysis(Window window, Endpoint endpoint) {
    return analyses.endpointAnalysis(window, endpoint);
  }

  @Override
  public List<RepeatedCall> repeatedCalls(Window window, int limit) {
    return analyses.repeatedCalls(window, limit);
  }

  @Override
  public Map<Endpoint, List<EndpointPoint>> endpointsOverTime(Window window, Duration step) {
    return analyses.endpointsOverTime(window, step);
  }

  @Override
  public Optional<Instant> newest(String metric) {
    return recent.cells.newest(metric).stream().mapToObj(Times::instant).findFirst();
  }

  @Override
  public StoreStats storeStats() {
    return new StoreStats(0, takenSpans.sum(), takenPoints.sum(), takenLogs.sum(), dropped.list());
  }

  /** What it keeps is bounded by memory, not by the document. */
  @Override
  public void apply(ScaledApp previous, ScaledApp next) {}

  @Override
  public String name() {
    return "telemetry store";
  }

  @Override
  public Health check() {
    return Health.up();
  }

  @Override
  public void close() {
    // Holds nothing but memory.
  }
}
