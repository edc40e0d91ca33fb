package dev.headroom.apm;

import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.TraceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What spans and log records say about the application. Figures of {@link #errorGroups} and {@link
 * #serviceMap} count everything that was sent; the others look into single traces of the window, of
 * which each answer says how many. Thread-safe.
 */
public interface Analyses {

  /** Exceptions of the window, alike ones together, most frequent first. */
  List<ErrorGroup> errorGroups(Window window, int limit);

  /** Who calls whom, how often, how fast, with how many errors. */
  ServiceMap serviceMap(Window window);

  /**
   * The slowest requests whose traces are known, each with the statements it ran and where its time
   * went; slowest first, those of which only the gateway tells after those that explain themselves.
   *
   * @param service absent: all
   * @param route a template as the gateway or as the application names it; absent: all
   */
  List<SlowRequest> slowRequests(
      Window window, Optional<String> service, Optional<String> route, int limit);

  /** Why an endpoint takes as long as it does; empty when no trace of it is known. */
  Optional<EndpointAnalysis> endpointAnalysis(Window window, Endpoint endpoint);

  /** Calls that one request repeats, most time first: N+1 queries and their like. */
  List<RepeatedCall> repeatedCalls(Window window, int limit);

  /** Requests of every endpoint over time, a point for each step with data. */
  Map<Endpoint, List<TelemetryQueries.EndpointPoint>> endpointsOverTime(
      Window window, Duration step);

  /**
   * Exceptions of one kind, told apart by type and in-app stack frames, not by message.
   *
   * @param id 16 hexadecimal digits, the same at all times
   * @param message of the newest
   * @param location the in-app frame that threw, for example {@code IssueService.load}; may be
   *     empty
   * @param stackTrace of the newest, as the application sent it; empty when it sent none
   * @param count in the window, once per trace
   * @param firstSeen ever
   * @param releases by {@code service.version} in the window; empty text where it was not told
   * @param samples the newest traces, newest first
   */
  record ErrorGroup(
      String id,
      String service,
      String type,
      String message,
      String location,
      String stackTrace,
      long count,
      Instant firstSeen,
      Instant lastSeen,
      Map<String, Long> releases,
      List<TraceId> samples) {}

  /** The nodes of the application and the calls between them, as callers measured them. */
  record ServiceMap(List<Node> nodes, List<Edge> edges) {}

  /**
   * A node of the map; its figures are those of the calls to it, or of its own requests where
   * nobody else was seen calling.
   */
  record Node(String name, NodeKind kind, long count, long errors, LatencySketch latency) {}

  /** What a node is. */
  enum NodeKind {
    GATEWAY,
    ROUTER,
    SERVICE,
    DATABASE,
    CACHE,
    QUEUE,
    /** A host outside, which sends no telemetry. */
    EXTERNAL
  }

  /** Calls from one node to another; latencies in seconds. */
  record Edge(
      String from,
      String to,
      long count,
      double ratePerSecond,
      long errors,
      LatencySketch latency) {}

  /**
   * One request.
   *
   * @param status HTTP status; 0 when it is not known
   * @param statements it ran, most time first
   * @param parts where its time went, most first
   */
  record SlowRequest(
      TraceId traceId,
      Endpoint endpoint,
      long status,
      Instant start,
      Duration duration,
      boolean error,
      List<StatementUse> statements,
      List<Part> parts) {}

  /**
   * A statement as requests used it.
   *
   * @param fingerprint as the router's, so that {@link TelemetryQueries#queries} has it too
   * @param count executions, over all requests looked at
   * @param seconds in all, as the application waited
   * @param queueSeconds of these, waiting for a connection in the router
   * @param rows returned, where it was told
   */
  record StatementUse(
      String fingerprint,
      String text,
      long count,
      double seconds,
      double queueSeconds,
      long rows) {}

  /**
   * Time that a request spent in one kind of work and that nothing inside it accounts for.
   *
   * @param name for example {@code api}, {@code postgresql}, {@code partner}
   * @param calls spans of it per request
   * @param seconds on the critical path, per request: without it, the request had been so much
   *     faster
   * @param share of the request's duration, 0 to 1
   */
  record Part(String name, PartKind kind, double calls, double seconds, double share) {}

  /** What a part's time is spent on. */
  enum PartKind {
    /** A service's own code, or waiting that no span tells. */
    SERVICE,
    DATABASE,
    CACHE,
    QUEUE,
    EXTERNAL
  }

  /**
   * An endpoint by its traces.
   *
   * @param requests traces looked at: the newest of the window
   * @param statements most time first; divide by {@code requests} for the mean
   * @param parts where the mean request's time goes, most first
   * @param bottleneck the part with most of it, unless that is its own code
   * @param slowest traces to look at
   */
  record EndpointAnalysis(
      Endpoint endpoint,
      int requests,
      double meanSeconds,
      List<StatementUse> statements,
      List<Part> parts,
      Optional<Part> bottleneck,
      List<TraceId> slowest) {}

  /**
   * A call that requests to an endpoint repeat.
   *
   * @param endpoint as the service that makes the calls names it
   * @param entry the same request as it came in, as the gateway names it where there is one
   * @param parent the span in which the calls are made
   * @param fingerprint of the statement, as the router's; of an HTTP call, of its name
   * @param text the normalised statement, or the call; of {@link RepeatedKind#PATTERN} the
   *     statements in their order, a line each
   * @param traces in which it was seen
   * @param meanCalls per trace
   * @param mostCalls in one trace
   * @param meanSeconds that the calls take together, per trace
   * @param proof whether parameters are known to differ, where that is known
   * @param samples the newest traces, newest first
   */
  record RepeatedCall(
      RepeatedKind kind,
      Endpoint endpoint,
      Endpoint entry,
      String parent,
      String fingerprint,
      String text,
      int traces,
      double meanCalls,
      int mostCalls,
      double meanSeconds,
      Proof proof,
      List<TraceId> samples) {}

  /** How calls repeat. */
  enum RepeatedKind {
    /** One statement, once per row of another. */
    N_PLUS_ONE,
    /** A sequence of two to eight calls, several times in a row. */
    PATTERN,
    /** One HTTP request to another service, once per item. */
    HTTP
  }

  /** Whether the parameters of repeated calls differ. */
  enum Proof {
    /** They differ: one call for all could do. */
    DIFFERENT,
    /** They are equal: asking once would do. */
    EQUAL,
    /** Only their normalised text is known. */
    UNKNOWN
  }
}
