package dev.headroom.console;

import dev.headroom.apm.Analyses;
import dev.headroom.apm.Analyses.EndpointAnalysis;
import dev.headroom.apm.Analyses.RepeatedCall;
import dev.headroom.apm.Analyses.SlowRequest;
import dev.headroom.apm.Analyses.StatementUse;
import dev.headroom.apm.Endpoint;
import dev.headroom.apm.Window;
import dev.headroom.signals.TraceId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Why requests are slow: their statements, where the time went, what they repeat. */
final class Slow {
  private static final double MILLIS = 1e3;

  private Slow() {}

  static List<Request> requests(
      Reads reads, Window window, Optional<String> service, Optional<String> route, int limit) {
    return reads.queries().slowRequests(window, service, route, limit).stream()
        .map(Request::of)
        .toList();
  }

  static Optional<Analysis> analysis(Reads reads, Window window, Endpoint endpoint) {
    return reads.queries().endpointAnalysis(window, endpoint).map(Analysis::of);
  }

  static List<Repeated> repeated(Reads reads, Window window, int limit) {
    return reads.queries().repeatedCalls(window, limit).stream().map(Repeated::of).toList();
  }

  /** One request; {@code status} 0 is not known. */
  record Request(
      String trace,
      Endpoint endpoint,
      long status,
      long time,
      double durationMs,
      boolean error,
      List<Statement> statements,
      List<Part> parts) {

    private static Request of(SlowRequest request) {
      return new Request(
          request.traceId().toString(),
          request.endpoint(),
          request.status(),
          request.start().toEpochMilli(),
          request.duration().toNanos() / 1e6,
          request.error(),
          request.statements().stream().map(Statement::of).toList(),
          request.parts().stream().map(Part::of).toList());
    }
  }

  /** A statement as requests used it; times are over all of them. */
  record Statement(
      String fingerprint, String text, long count, double ms, double queueMs, long rows) {

    private static Statement of(StatementUse use) {
      return new Statement(
          use.fingerprint(),
          use.text(),
          use.count(),
          use.seconds() * MILLIS,
          use.queueSeconds() * MILLIS,
          use.rows());
    }
  }

  /** Time of a request in one kind of work, on the critical path. */
  record Part(String name, String kind, double calls, double ms, double share) {

    private static Part of(Analyses.Part part) {
      return new Part(
          part.name(),
          part.kind().name().toLowerCase(Locale.ROOT),
          part.calls(),
          part.seconds() * MILLIS,
          part.share());
    }
  }

  /** An endpoint by {@code requests} of its traces. */
  record Analysis(
      int requests,
      double meanMs,
      List<Statement> statements,
      List<Part> parts,
      Optional<Part> bottleneck,
      List<String> slowest) {

    private static Analysis of(EndpointAnalysis analysis) {
      return new Analysis(
          analysis.requests(),
          analysis.meanSeconds() * MILLIS,
          analysis.statements().stream().map(Statement::of).toList(),
          analysis.parts().stream().map(Part::of).toList(),
          analysis.bottleneck().map(Part::of),
          analysis.slowest().stream().map(TraceId::toString).toList());
    }
  }

  /** A call that requests repeat. */
  record Repeated(
      String kind,
      Endpoint endpoint,
      Endpoint entry,
      String parent,
      String fingerprint,
      String text,
      int traces,
      double meanCalls,
      int mostCalls,
      double meanMs,
      String proof,
      List<String> samples) {

    private static Repeated of(RepeatedCall call) {
      return new Repeated(
          call.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          call.endpoint(),
          call.entry(),
          call.parent(),
          call.fingerprint(),
          call.text(),
          call.traces(),
          call.meanCalls(),
          call.mostCalls(),
          call.meanSeconds() * MILLIS,
          call.proof().name().toLowerCase(Locale.ROOT),
          call.samples().stream().map(TraceId::toString).toList());
    }
  }
}
