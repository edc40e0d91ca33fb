package dev.headroom.console;

import dev.headroom.apm.Analyses.Edge;
import dev.headroom.apm.Analyses.EndpointAnalysis;
import dev.headroom.apm.Analyses.ErrorGroup;
import dev.headroom.apm.Analyses.Node;
import dev.headroom.apm.Analyses.NodeKind;
import dev.headroom.apm.Analyses.Part;
import dev.headroom.apm.Analyses.PartKind;
import dev.headroom.apm.Analyses.Proof;
import dev.headroom.apm.Analyses.RepeatedCall;
import dev.headroom.apm.Analyses.RepeatedKind;
import dev.headroom.apm.Analyses.ServiceMap;
import dev.headroom.apm.Analyses.SlowRequest;
import dev.headroom.apm.Analyses.StatementUse;
import dev.headroom.apm.Endpoint;
import dev.headroom.apm.Window;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.TraceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** What spans would say of the invented system. */
final class FakeAnalyses {
  static final Endpoint SEARCH = new Endpoint("web", "GET", "/api/search");

  private static final String COUNT =
      "SELECT count(*) FROM issues WHERE tenant_id = $1 AND lower(title) LIKE $2";
  private static final String USER = "SELECT name FROM users WHERE id = $1";

  private FakeAnalyses() {}

  static List<ErrorGroup> errors(Instant now) {
    return List.of(
        new ErrorGroup(
            "00000000000000e1",
            "web",
            "java.sql.SQLTransientConnectionException",
            "web - Connection is not available, request timed out after 3001ms (total=8, active=8,"
                + " idle=0, waiting=21)",
            "ReportService.burndown",
            """
            java.sql.SQLTransientConnectionException: web - Connection is not available
            \tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:709)
            \tat dev.acme.reports.ReportService.burndown(ReportService.java:88)
            \tat dev.acme.reports.ReportResource.get(ReportResource.java:31)
            """,
            12_480,
            now.minus(Duration.ofDays(3)),
            now.minusSeconds(4),
            Map.of("2.14.0", 9_120L, "2.14.1", 3_360L),
            List.of(FakeTelemetry.TRACE, new TraceId(7, 4))),
        new ErrorGroup(
            "00000000000000e2",
            "mailer",
            "dev.acme.mail.UndeliverableException",
            "550 5.1.1 no such user",
            "Smtp.send",
            "",
            17,
            now.minusSeconds(500),
            now.minusSeconds(61),
            Map.of("", 17L),
            List.of(new TraceId(7, 2))));
  }

  static ServiceMap map(Window window) {
    return new ServiceMap(
        List.of(
            node("gateway", NodeKind.GATEWAY, 290, 0.001, 22, window),
            node("web", NodeKind.SERVICE, 216, 0.001, 20, window),
            node("mailer", NodeKind.SERVICE, 3.2, 0.04, 140, window),
            node("router", NodeKind.ROUTER, 982, 0, 3, window),
            node("postgresql", NodeKind.DATABASE, 982, 0, 2.4, window),
            node("redis", NodeKind.CACHE, 387, 0, 0.3, window),
            node("smtp.acme.example", NodeKind.EXTERNAL, 3.1, 0.05, 120, window)),
        List.of(
            edge("gateway", "web", 216, 0.001, 20, window),
            edge("web", "router", 940, 0, 3, window),
            edge("mailer", "router", 42, 0, 3, window),
            edge("router", "postgresql", 982, 0, 2.4, window),
            edge("web", "redis", 387, 0, 0.3, window),
            edge("web", "mailer", 3.2, 0.04, 140, window),
            edge("mailer", "smtp.acme.example", 3.1, 0.05, 120, window)));
  }

  private static Node node(
      String name, NodeKind kind, double rate, double errors, double ms, Window window) {
    long count = Math.round(rate * window.seconds());
    return new Node(name, kind, count, Math.round(count * errors), sketch(ms));
  }

  private static Edge edge(
      String from, String to, double rate, double errors, double ms, Window window) {
    long count = Math.round(rate * window.seconds());
    return new Edge(
        from, to, count, count / window.seconds(), Math.round(count * errors), sketch(ms));
  }

  static LatencySketch sketch(double medianMs) {
    LatencySketch.Recorder recorder = new LatencySketch.Recorder();
    for (double factor : new double[] {0.5, 0.8, 1, 1.2, 1.9, 4}) {
      recorder.record(medianMs * factor / 1000);
    }
    return recorder.drain();
  }

  static List<SlowRequest> slow(Instant now, Optional<String> route, int limit) {
    return IntStream.range(0, Math.min(limit, 8))
        .mapToObj(
            i ->
                new SlowRequest(
                    i == 0 ? FakeTelemetry.TRACE : new TraceId(7, i),
                    route.map(r -> new Endpoint("web", "GET", r)).orElse(SEARCH),
                    i == 4 ? 500 : 200,
                    now.minusSeconds(7L * i),
                    Duration.ofMillis(2400 - 190L * i),
                    i == 4,
                    List.of(
                        new StatementUse("0000000076d7a65a", COUNT, 1, 1.31 - 0.1 * i, 0.012, 1),
                        new StatementUse("00000000d2f0a11c", USER, 20, 0.19, 0.004, 20)),
                    List.of(
                        new Part("postgresql", PartKind.DATABASE, 21, 1.5 - 0.1 * i, 0.62),
                        new Part("web", PartKind.SERVICE, 1, 0.6, 0.26),
                        new Part("redis", PartKind.CACHE, 2, 0.004, 0.002))))
        .toList();
  }

  static EndpointAnalysis analysis(Endpoint endpoint) {
    Part database = new Part("postgresql", PartKind.DATABASE, 21, 0.262, 0.66);
    return new EndpointAnalysis(
        endpoint,
        184,
        0.397,
        List.of(
            new StatementUse("0000000076d7a65a", COUNT, 184, 41.2, 0.9, 184),
            new StatementUse("00000000d2f0a11c", USER, 3_680, 7.1, 0.2, 3_680)),
        List.of(
            database,
            new Part("web", PartKind.SERVICE, 1, 0.121, 0.305),
            new Part("redis", PartKind.CACHE, 2, 0.0012, 0.003)),
        Optional.of(database),
        List.of(FakeTelemetry.TRACE, new TraceId(7, 1), new TraceId(7, 2)));
  }

  static List<RepeatedCall> repeated() {
    return List.of(
        new RepeatedCall(
            RepeatedKind.N_PLUS_ONE,
            SEARCH,
            SEARCH,
            "GET /api/search",
            "00000000d2f0a11c",
            USER,
            184,
            20,
            48,
            0.0386,
            Proof.DIFFERENT,
            List.of(FakeTelemetry.TRACE)),
        new RepeatedCall(
            RepeatedKind.HTTP,
            new Endpoint("web", "POST", "/api/issues"),
            new Endpoint("web", "POST", "/api/issues"),
            "POST /api/issues",
            "000000000000beef",
            "POST mailer /send",
            31,
            4.2,
            9,
            0.58,
            Proof.UNKNOWN,
            List.of(new TraceId(7, 3))));
  }
}
