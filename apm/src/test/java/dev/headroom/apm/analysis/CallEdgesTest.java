package dev.headroom.apm.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headroom.apm.Analyses.PartKind;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallEdgesTest {
  private static final Attributes WORKER = Attributes.of("service.name", "worker");
  private final List<CallEdges.Call> found = new ArrayList<>();
  private final CallEdges edges = new CallEdges();

  private List<String> take(List<Span> spans) {
    spans.forEach(span -> edges.add(span, 0, found::add));
    edges.expire(CallEdges.PATIENCE_NANOS, found::add);
    return found.stream()
        .map(c -> c.from() + " > " + c.to() + " " + c.kind() + (c.failed() ? " failed" : ""))
        .sorted()
        .toList();
  }

  /** Gateway, service, router, database; a partner outside; a queue and its consumer. */
  private static List<Span> whole() {
    TraceBuilder t = new TraceBuilder(1);
    long gateway =
        t.add(
            0, Span.Kind.SERVER, "GET /a", 0, 100, TraceBuilder.GATEWAY, "headroom.service", "api");
    long server = t.add(gateway, Span.Kind.SERVER, "GET /a", 1, 99, TraceBuilder.API);
    long call =
        t.add(
            server,
            Span.Kind.CLIENT,
            "SELECT",
            10,
            30,
            TraceBuilder.API,
            "db.system.name",
            "postgresql");
    t.add(
        call,
        Span.Kind.CLIENT,
        "SELECT",
        12,
        28,
        TraceBuilder.ROUTER,
        "db.system.name",
        "postgresql",
        "headroom.db.member",
        "pg-1");
    t.add(
        server,
        Span.Kind.CLIENT,
        "GET",
        30,
        60,
        TraceBuilder.API,
        "service.peer.name",
        "partner",
        "http.response.status_code",
        502L);
    t.add(server, Span.Kind.CLIENT, "GET k", 61, 62, TraceBuilder.API, "db.system", "redis");
    long sent =
        t.add(
            server,
            Span.Kind.PRODUCER,
            "send",
            70,
            71,
            TraceBuilder.API,
            "messaging.destination.name",
            "mails");
    t.add(sent, Span.Kind.CONSUMER, "process", 90, 95, WORKER);
    t.add(
        server,
        Span.Kind.PRODUCER,
        "send",
        72,
        73,
        TraceBuilder.API,
        "messaging.destination.name",
        "audit");
    return t.spans();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void joinsInWhateverOrderSpansCome(int seed) {
    List<Span> spans = new ArrayList<>(whole());
    Collections.shuffle(spans, new Random(seed));

    assertThat(take(spans))
        .containsExactly(
            "api > audit QUEUE",
            "api > headroom-router SERVICE",
            "api > partner EXTERNAL failed",
            "api > redis CACHE",
            "api > worker SERVICE",
            "gateway > api SERVICE",
            "headroom-router > pg-1 DATABASE");
  }

  @Test
  void theLatencyIsTheCallers() {
    take(whole());
    assertThat(found)
        .filteredOn(c -> c.to().equals("headroom-router"))
        .singleElement()
        .satisfies(c -> assertThat(c.seconds()).isCloseTo(0.020, within(1e-9)));
    assertThat(found)
        .filteredOn(c -> c.to().equals("api"))
        .singleElement()
        .satisfies(c -> assertThat(c.seconds()).isCloseTo(0.098, within(1e-9)));
  }

  @Test
  void aSpanSentTwiceIsOneCall() {
    List<Span> twice = new ArrayList<>(whole());
    twice.addAll(whole());
    assertThat(take(twice)).hasSize(7);
  }

  @Test
  void waitingIsBounded() {
    for (int i = 0; i < 60_000; i++) {
      TraceBuilder t = new TraceBuilder(i + 1);
      t.add(0, Span.Kind.CLIENT, "q", 0, 1, TraceBuilder.API, "db.system", "postgresql");
      t.spans().forEach(span -> edges.add(span, 0, found::add));
    }
    assertThat(found).hasSize(10_000);
    assertThat(found.getFirst().kind()).isEqualTo(PartKind.DATABASE);
  }
}
