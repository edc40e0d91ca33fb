package dev.headroom.apm;

import dev.headroom.apm.analysis.RepeatedCalls;
import dev.headroom.apm.analysis.TraceReport;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Analyses out of cells and traces, wherever these are. */
final class AnalysisQueries implements Analyses {
  private static final int TRACES_PER_ENDPOINT = 200;
  private static final int TRACES_WITH_REPEATS = 400;
  private static final int CANDIDATES = 8;
  private static final int LEAST_REPEATS = 3;

  private final CellSource cells;
  private final CellQueries queries;
  private final ErrorGroups groups;
  private final TraceSource traces;

  AnalysisQueries(CellSource cells, CellQueries queries, ErrorGroups groups, TraceSource traces) {
    this.cells = cells;
    this.queries = queries;
    this.groups = groups;
    this.traces = traces;
  }

  @Override
  public List<ErrorGroup> errorGroups(Window window, int limit) {
    Map<String, Occurrences> found = new LinkedHashMap<>();
    cells.scan(
        Vocabulary.EXCEPTIONS,
        Times.nanos(window.from()),
        Times.nanos(window.to()),
        (series, time, value, sketch) ->
            series
                .attributes()
                .text(Vocabulary.ERROR_GROUP)
                .ifPresent(
                    id ->
                        found
                            .computeIfAbsent(id, i -> new Occurrences())
                            .add(series.attributes(), time, (long) value)));
    List<ErrorGroup> list = new ArrayList<>();
    found.forEach(
        (id, occurrences) ->
            groups.find(id).ifPresent(group -> list.add(occurrences.toGroup(group, window))));
    list.sort(Comparator.comparingLong(ErrorGroup::count).reversed().thenComparing(ErrorGroup::id));
    return List.copyOf(list.subList(0, Math.min(limit, list.size())));
  }

  private static final class Occurrences {
    private final Map<String, Long> releases = new TreeMap<>();
    private long count;
    private long last;

    void add(Attributes series, long time, long more) {
      count += more;
      last = Math.max(last, time + Cell.NANOS);
      releases.merge(series.text("service.version").orElse(""), more, Long::sum);
    }

    ErrorGroup toGroup(ErrorGroups.Group group, Window window) {
      Instant lastInWindow = Times.instant(Math.min(last, Times.nanos(window.to())));
      Instant lastEver = Times.instant(group.lastSeen());
      return new ErrorGroup(
          group.id(),
          group.service(),
          group.type(),
          group.message(),
          group.location(),
          group.stackTrace(),
          count,
          Times.instant(group.firstSeen()),
          // Cells are 5 s wide; the moment itself is known of the newest.
          lastEver.isBefore(lastInWindow) ? lastEver : lastInWindow,
          Map.copyOf(releases),
          group.samples());
    }
  }

  @Override
  public ServiceMap serviceMap(Window window) {
    Map<List<String>, Calls> edges = new LinkedHashMap<>();
    Map<String, Calls> nodes = new LinkedHashMap<>();
    Map<String, NodeKind> kinds = new LinkedHashMap<>();
    cells.scan(
        Vocabulary.EDGE_DURATION,
        Times.nanos(window.from()),
        Times.nanos(window.to()),
        (series, time, value, sketch) -> {
          String from = series.attributes().text(Vocabulary.EDGE_FROM).orElse("");
          String to = series.attributes().text(Vocabulary.EDGE_TO).orElse("");
          if (from.isEmpty() || to.isEmpty() || sketch == null) {
            return;
          }
          boolean failed = Boolean.TRUE.equals(series.attributes().get(Vocabulary.FAILED));
          edges.computeIfAbsent(List.of(from, to), e -> new Calls()).add(value, failed, sketch);
          nodes.computeIfAbsent(to, n -> new Calls()).add(value, failed, sketch);
          kinds.putIfAbsent(from, ownKind(from));
          kinds.merge(
              to,
              kind(to, series.attributes().text(Vocabulary.EDGE_KIND).orElse("")),
              // Whoever sends spans of its own is no host outside.
              (a, b) -> a == NodeKind.EXTERNAL ? b : a);
        });
    for (TelemetryQueries.EndpointStats endpoint : queries.ownRequests(window)) {
      kinds.putIfAbsent(endpoint.service(), ownKind(endpoint.service()));
      if (!edges.keySet().stream().anyMatch(e -> e.get(1).equals(endpoint.service()))) {
        nodes.computeIfAbsent(endpoint.service(), n -> new Calls()).add(endpoint);
      }
    }
    List<Node> nodeList = new ArrayList<>();
    kinds.forEach(
        (name, kind) -> {
          Calls calls = nodes.getOrDefault(name, new Calls());
          nodeList.add(new Node(name, kind, calls.count, calls.errors, calls.latency.toSketch()));
        });
    List<Edge> edgeList = new ArrayList<>();
    edges.forEach(
        (ends, calls) ->
            edgeList.add(
                new Edge(
                    ends.get(0),
                    ends.get(1),
                    calls.count,
                    window.seconds() == 0 ? 0 : calls.count / window.seconds(),
                    calls.errors,
                    calls.latency.toSketch())));
    edgeList.sort(Comparator.comparingLong(Edge::count).reversed());
    return new ServiceMap(nodeList, edgeList);
  }

  private static NodeKind ownKind(String service) {
    return switch (service) {
      case "gateway", "headroom-gateway" -> NodeKind.GATEWAY;
      case "headroom-router" -> NodeKind.ROUTER;
      default -> NodeKind.SERVICE;
    };
  }

  private static NodeKind kind(String name, String word) {
    return switch (word) {
      case "database" -> NodeKind.DATABASE;
      case "cache" -> NodeKind.CACHE;
      case "queue" -> NodeKind.QUEUE;
      case "external" -> NodeKind.EXTERNAL;
      default -> ownKind(name);
    };
  }

  private static final class Calls {
    final SketchSum latency = new SketchSum();
    long count;
    long errors;

    void add(double more, boolean failed, byte[] sketch) {
      count += (long) more;
      errors += failed ? (long) more : 0;
      SketchBytes.addTo(latency, sketch);
    }

    void add(TelemetryQueries.EndpointStats endpoint) {
      count += endpoint.count();
      errors += endpoint.serverErrors();
      LatencySketch sketch = endpoint.latency();
      SketchBytes.addTo(latency, SketchBytes.encode(sketch));
    }
  }

  @Override
  public List<SlowRequest> slowRequests(
      Window window, Optional<String> service, Optional<String> route, int limit) {
    return traces.traces(window, route, true, limit * CANDIDATES).stream()
        .filter(spans -> TraceReport.matches(spans, service, route))
        // Stable: within both, the slowest first.
        .sorted(Comparator.comparing(TraceReport::isExplained).reversed())
        .limit(limit)
        .map(TraceReport::request)
        .toList();
  }

  @Override
  public Optional<EndpointAnalysis> endpointAnalysis(Window window, Endpoint endpoint) {
    return TraceReport.endpoint(
        endpoint, traces.traces(window, Optional.of(endpoint.route()), false, TRACES_PER_ENDPOINT));
  }

  @Override
  public List<RepeatedCall> repeatedCalls(Window window, int limit) {
    return RepeatedCalls.in(traces.repeating(window, LEAST_REPEATS, TRACES_WITH_REPEATS), limit);
  }

  @Override
  public Map<Endpoint, List<TelemetryQueries.EndpointPoint>> endpointsOverTime(
      Window window, Duration step) {
    return queries.endpointsOverTime(window, step);
  }
}
