package dev.headroom.apm.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headroom.apm.Analyses.EndpointAnalysis;
import dev.headroom.apm.Analyses.Part;
import dev.headroom.apm.Analyses.PartKind;
import dev.headroom.apm.Analyses.SlowRequest;
import dev.headroom.apm.Endpoint;
import dev.headroom.signals.Span;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TraceReportTest {
  private static Map<String, Double> millis(List<Part> parts) {
    return parts.stream()
        .collect(Collectors.toMap(Part::name, p -> Math.round(p.seconds() * 1e5) / 100.0));
  }

  @Test
  void everyMillisecondBelongsToOnePart() {
    TraceBuilder t = TraceBuilder.request("/a", 100);
    t.add(
        1,
        Span.Kind.CLIENT,
        "SELECT",
        10,
        40,
        TraceBuilder.API,
        "db.system.name",
        "postgresql",
        "db.query.text",
        "SELECT 1 FROM a WHERE b = 7");
    t.add(
        2,
        Span.Kind.CLIENT,
        "SELECT",
        12,
        38,
        TraceBuilder.ROUTER,
        "db.system.name",
        "postgresql",
        "headroom.router.queue_seconds",
        0.013);
    t.add(1, Span.Kind.CLIENT, "GET", 50, 90, TraceBuilder.API, "service.peer.name", "partner");

    SlowRequest request = TraceReport.request(t.spans());

    assertThat(millis(request.parts()))
        .containsOnly(
            Map.entry("api", 30.0),
            Map.entry("postgresql", 17.0),
            Map.entry("connection pool", 13.0),
            Map.entry("partner", 40.0));
    assertThat(request.parts().getFirst().share()).isCloseTo(0.4, within(1e-9));
    assertThat(request.statements())
        .singleElement()
        .satisfies(
            s -> {
              assertThat(s.count()).isEqualTo(1);
              assertThat(s.seconds()).isCloseTo(0.030, within(1e-9));
              assertThat(s.queueSeconds()).isCloseTo(0.013, within(1e-9));
            });
  }

  @Test
  void callsAtTheSameTimeShareIt() {
    TraceBuilder t = TraceBuilder.request("/a", 100);
    t.add(1, Span.Kind.CLIENT, "a", 0, 80, TraceBuilder.API, "service.peer.name", "one");
    t.add(1, Span.Kind.CLIENT, "b", 20, 90, TraceBuilder.API, "service.peer.name", "two");

    assertThat(millis(TraceReport.request(t.spans()).parts()))
        .containsOnly(Map.entry("api", 10.0), Map.entry("one", 20.0), Map.entry("two", 70.0));
  }

  @Test
  void whatGoesOnAfterTheAnswerDoesNotCount() {
    TraceBuilder t = TraceBuilder.request("/a", 100);
    t.add(1, Span.Kind.PRODUCER, "send", 90, 150, TraceBuilder.API, "messaging.system", "kafka");
    t.add(1, Span.Kind.INTERNAL, "later", 200, 300, TraceBuilder.API);

    assertThat(millis(TraceReport.request(t.spans()).parts()))
        .contains(Map.entry("api", 90.0), Map.entry("kafka", 10.0));
  }

  @Test
  void partsAddUpToTheWholeWhateverTheTrace() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      TraceBuilder t = TraceBuilder.request("/a", 100);
      for (int i = 0; i < 30; i++) {
        double from = random.nextDouble() * 120 - 10;
        t.add(
            1 + random.nextInt(i + 1),
            List.of(Span.Kind.values()).get(random.nextInt(6)),
            "s" + i % 5,
            from,
            from + random.nextDouble() * 60,
            random.nextBoolean() ? TraceBuilder.API : TraceBuilder.ROUTER,
            "db.system.name",
            "postgresql");
      }
      double sum = TraceReport.request(t.spans()).parts().stream().mapToDouble(Part::seconds).sum();
      assertThat(sum).isCloseTo(0.1, within(1e-9));
    }
  }

  @Test
  void anEndpointIsExplainedByItsRequests() {
    List<List<Span>> traces =
        java.util.stream.IntStream.range(1, 11)
            .mapToObj(
                i -> {
                  TraceBuilder t = TraceBuilder.request("/slow", 100);
                  t.add(
                      1,
                      Span.Kind.CLIENT,
                      "POST",
                      10,
                      10 + 8 * i,
                      TraceBuilder.API,
                      "service.peer.name",
                      "partner");
                  return t.spans();
                })
            .toList();

    Endpoint slow = new Endpoint("api", "GET", "/slow");
    EndpointAnalysis analysis = TraceReport.endpoint(slow, traces).orElseThrow();

    assertThat(analysis.requests()).isEqualTo(10);
    assertThat(analysis.meanSeconds()).isCloseTo(0.1, within(1e-9));
    assertThat(analysis.parts().getFirst().name()).isEqualTo("api");
    assertThat(analysis.parts())
        .filteredOn(p -> p.kind() == PartKind.EXTERNAL)
        .singleElement()
        .satisfies(p -> assertThat(p.seconds()).isCloseTo(0.044, within(1e-9)));
    assertThat(TraceReport.endpoint(new Endpoint("api", "GET", "/other"), traces)).isEmpty();
  }

  @Test
  void requestsThatOnlyTheGatewayTellsOfExplainNothing() {
    TraceBuilder alone = new TraceBuilder(1);
    TraceBuilder whole = new TraceBuilder(2);
    for (TraceBuilder t : List.of(alone, whole)) {
      t.add(
          0,
          Span.Kind.SERVER,
          "GET /a",
          0,
          100,
          TraceBuilder.GATEWAY,
          "headroom.service",
          "api",
          "http.request.method",
          "GET",
          "http.route",
          "/a");
    }
    whole.add(1, Span.Kind.SERVER, "GET /a", 1, 99, TraceBuilder.API);

    Endpoint endpoint = new Endpoint("api", "GET", "/a");
    assertThat(
            TraceReport.endpoint(endpoint, List.of(alone.spans(), whole.spans()))
                .orElseThrow()
                .requests())
        .isEqualTo(1);
    assertThat(TraceReport.endpoint(endpoint, List.of(alone.spans())).orElseThrow().requests())
        .isEqualTo(1);
  }
}
