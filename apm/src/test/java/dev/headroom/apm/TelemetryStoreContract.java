package dev.headroom.apm;

import static dev.headroom.apm.TelemetryFixtures.metrics;
import static dev.headroom.apm.TelemetryFixtures.sketch;
import static dev.headroom.apm.TelemetryFixtures.spans;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headroom.apm.TelemetryQueries.EndpointPoint;
import dev.headroom.apm.TelemetryQueries.EndpointStats;
import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.QueryStats;
import dev.headroom.apm.TelemetryQueries.TraceSummary;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.OtlpSignal;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TraceId;
import dev.headroom.signals.Vocabulary;
import dev.headroom.testing.FakeTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises. */
abstract class TelemetryStoreContract {
  static final Duration STEP = Duration.ofSeconds(5);

  final FakeTime time = new FakeTime();
  final TelemetryFixtures now = new TelemetryFixtures(time);
  TelemetryStore store;

  abstract TelemetryStore open();

  /** Called before a question, to ask it of the part of the store under test. */
  void beforeAsking() {
    store.flush();
  }

  @BeforeEach
  void openStore() {
    time.advance(Duration.ofDays(1));
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  Window lastMinute() {
    return Window.before(time.now().plusNanos(1), Duration.ofMinutes(1));
  }

  /** Equal but for the order in which the sum was added up. */
  static void assertSame(LatencySketch actual, LatencySketch expected) {
    assertThat(actual.indexes()).isEqualTo(expected.indexes());
    assertThat(actual.counts()).isEqualTo(expected.counts());
    assertThat(actual.min()).isEqualTo(expected.min());
    assertThat(actual.max()).isEqualTo(expected.max());
    assertThat(actual.sum()).isCloseTo(expected.sum(), within(1e-9));
  }

  @Test
  void endpointFiguresComeFromTheGatewaysMetric() {
    store.accept(
        metrics(
            now.requests("web", "GET", "/a", 200, 0.010, 0.020),
            now.requests("web", "GET", "/a", 404, 0.001),
            now.requests("web", "GET", "/a", 503, 0.5),
            now.requests("web", "POST", "/a", 201, 0.030)));
    time.advance(STEP);
    store.accept(metrics(now.requests("web", "GET", "/a", 200, 0.040)));
    beforeAsking();

    List<EndpointStats> endpoints = store.endpoints(lastMinute());

    assertThat(endpoints).hasSize(2);
    EndpointStats get = endpoints.getFirst();
    assertThat(get.service()).isEqualTo("web");
    assertThat(get.method()).isEqualTo("GET");
    assertThat(get.route()).isEqualTo("/a");
    assertThat(get.count()).isEqualTo(5);
    assertThat(get.clientErrors()).isEqualTo(1);
    assertThat(get.serverErrors()).isEqualTo(1);
    assertThat(get.ratePerSecond()).isCloseTo(5 / 60.0, within(1e-9));
    assertSame(get.latency(), sketch(0.010, 0.020, 0.001, 0.5).merge(sketch(0.040)));
    assertThat(endpoints.getLast().method()).isEqualTo("POST");
  }

  @Test
  void tracesAreFoundByWhatTheirSpansAre() {
    for (int i = 1; i <= 4; i++) {
      store.accept(
          spans(
              now.with(
                  i, 1, Attributes.of("db.rows", i * 50L, "user", "u" + i % 2, "note", "n" + i))));
      time.advance(Duration.ofSeconds(1));
    }
    store.accept(spans(now.server(9, 1, "/a", 500, Duration.ofMillis(300))));
    beforeAsking();

    assertFound("", 9, 4, 3, 2, 1);
    assertFound("service = api and db.rows > 100", 4, 3);
    assertFound("db.rows >= 100 and user = u0", 4, 2);
    assertFound("db.rows = 50 or db.rows = 200", 4, 1);
    assertFound("db.rows != 50", 4, 3, 2);
    assertFound("not db.rows = 50", 9, 4, 3, 2);
    assertFound("user", 4, 3, 2, 1);
    assertFound("note contains N3", 3);
    assertFound("note = n2 and user = u0", 2);
    assertFound("user = nobody");
    assertFound("duration > 200ms", 9);
    assertFound("status = error and kind = server", 9);
    assertFound("route = /a", 9);
    assertFound("http.route = /a and http.response.status_code = 500", 9);
    assertFound("service.version = 1.2 and user = u1", 3, 1);
    assertFound("name = 'GET /a'", 9);
    assertThat(store.search(lastMinute(), TraceQuery.parse("user"), 2)).hasSize(2);
    assertThat(
            store.search(
                Window.before(time.now().minusSeconds(30), Duration.ofSeconds(9)),
                TraceQuery.any(),
                9))
        .isEmpty();
  }

  private void assertFound(String query, long... traces) {
    assertThat(store.search(lastMinute(), TraceQuery.parse(query), 20))
        .as(query)
        .extracting(TraceSummary::traceId)
        .containsExactlyElementsOf(
            java.util.Arrays.stream(traces).mapToObj(TelemetryFixtures::trace).toList());
  }

  @Test
  void withoutAGatewayEndpointFiguresComeFromServerSpans() {
    store.accept(
        spans(
            now.server(1, 1, "/a", 200, Duration.ofMillis(10)),
            now.client(1, 2, 1, "SELECT", Duration.ofMillis(5)),
            now.server(2, 1, "/a", 500, Duration.ofMillis(30)),
            now.server(3, 1, "/b", 404, Duration.ofMillis(1))));
    beforeAsking();

    List<EndpointStats> endpoints = store.endpoints(lastMinute());

    assertThat(endpoints).extracting(EndpointStats::route).containsExactly("/a", "/b");
    assertThat(endpoints.getFirst().service()).isEqualTo("api");
    assertThat(endpoints.getFirst().count()).isEqualTo(2);
    assertThat(endpoints.getFirst().serverErrors()).isEqualTo(1);
    assertThat(endpoints.getFirst().latency().max()).isEqualTo(0.030);
    assertThat(endpoints.getLast().clientErrors()).isEqualTo(1);
  }

  @Test
  void spansOfAServiceBehindTheGatewayAreNotCountedTwice() {
    store.accept(metrics(now.requests("api", "GET", "/a", 200, 0.010)));
    store.accept(spans(now.server(1, 1, "/a", 200, Duration.ofMillis(9))));
    beforeAsking();

    assertThat(store.endpoints(lastMinute()))
        .singleElement()
        .extracting(EndpointStats::count)
        .isEqualTo(1L);
  }

  @Test
  void anApplicationsOwnRequestMetricIsNotTheGateways() {
    store.accept(
        metrics(
            now.histogram(
                Vocabulary.HTTP_DURATION,
                Attributes.of(Vocabulary.METHOD, "GET", Vocabulary.ROUTE, "/a"),
                TelemetryFixtures.API,
                0.1)));
    beforeAsking();

    assertThat(store.endpoints(lastMinute())).isEmpty();
  }

  @Test
  void endpointSeriesHasAPointPerStepWithData() {
    store.accept(
        metrics(
            now.requests("web", "GET", "/a", 200, 0.010),
            now.requests("api", "GET", "/b", 500, 0.020)));
    time.advance(STEP.multipliedBy(2));
    store.accept(metrics(now.requests("web", "GET", "/a", 200, 0.010, 0.010)));
    beforeAsking();

    assertThat(store.endpointSeries(lastMinute(), STEP, Optional.empty(), Optional.empty()))
        .extracting(EndpointPoint::count)
        .containsExactly(2L, 2L);
    List<EndpointPoint> ofWeb =
        store.endpointSeries(lastMinute(), STEP, Optional.of("web"), Optional.empty());
    assertThat(ofWeb).extracting(EndpointPoint::count).containsExactly(1L, 2L);
    assertThat(Duration.between(ofWeb.getFirst().time(), ofWeb.getLast().time()))
        .isEqualTo(STEP.multipliedBy(2));
    assertThat(
            store.endpointSeries(
                lastMinute(), Duration.ofHours(1), Optional.empty(), Optional.of("/b")))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.serverErrors()).isEqualTo(1);
              assertSame(p.latency(), sketch(0.020));
            });
  }

  @Test
  void queriesHaveTheirTextAndSayHowManyRanOnReplicas() {
    store.accept(
        new Telemetry(
            List.of(),
            List.of(
                now.query("00000000000000aa", "primary", 0.001),
                now.query("00000000000000aa", "replica", 0.001, 0.003),
                now.query("00000000000000bb", "primary", 1.0)),
            List.of(
                now.event(
                    Vocabulary.EVENT_QUERY,
                    "",
                    Vocabulary.QUERY,
                    "00000000000000aa",
                    Vocabulary.QUERY_TEXT,
                    "SELECT ?"))));
    beforeAsking();

    List<QueryStats> queries = store.queries(lastMinute());

    assertThat(queries)
        .extracting(QueryStats::fingerprint)
        .containsExactly("00000000000000bb", "00000000000000aa");
    assertThat(queries.getLast().count()).isEqualTo(3);
    assertThat(queries.getLast().onReplicas()).isEqualTo(2);
    assertThat(queries.getLast().text()).isEqualTo("SELECT ?");
    assertThat(queries.getLast().latency().count()).isEqualTo(3);
  }

  @Test
  void latestGivesEachSeriesLastValueUntilItIsTooOld() {
    store.accept(metrics(now.gauge("g", 1, "k", "old"), now.gauge("g", 2, "k", "live")));
    time.advance(Duration.ofSeconds(10));
    store.accept(metrics(now.gauge("g", 3, "k", "live")));
    beforeAsking();

    assertThat(store.latest("g", Duration.ofSeconds(5)))
        .containsExactly(new GaugeValue(Attributes.of("k", "live"), time.now(), 3));
    assertThat(store.latest("g", Duration.ofSeconds(15)))
        .extracting(GaugeValue::value)
        .containsExactlyInAnyOrder(1.0, 3.0);
    assertThat(store.latest("unknown", Duration.ofDays(1))).isEmpty();
  }

  @Test
  void twoProcessesWithTheSameGaugeAreTwoSeries() {
    for (String instance : List.of("g-1", "g-2")) {
      long at = time.epochNanos();
      store.accept(
          metrics(
              new Metric.Gauge(
                  "c",
                  "1",
                  Attributes.empty(),
                  Attributes.of("service.instance.id", instance),
                  at,
                  at,
                  7)));
    }
    beforeAsking();

    assertThat(store.latest("c", STEP)).hasSize(2);
    assertThat(store.series("c", lastMinute(), STEP, List.of()))
        .singleElement()
        .satisfies(s -> assertThat(s.points().getFirst().value()).isEqualTo(14));
  }

  @Test
  void seriesOfAGaugeIsTheMeanPerSeriesSummedOverTheGroup() {
    store.accept(
        metrics(
            now.gauge("g", 10, "node", "n1", "pod", "a"),
            now.gauge("g", 5, "node", "n1", "pod", "b"),
            now.gauge("g", 1, "node", "n2", "pod", "c")));
    time.advance(Duration.ofSeconds(1));
    store.accept(metrics(now.gauge("g", 20, "node", "n1", "pod", "a")));
    beforeAsking();

    List<MetricSeries> byNode =
        store.series("g", lastMinute(), Duration.ofHours(1), List.of("node"));

    assertThat(byNode).hasSize(2);
    for (MetricSeries series : byNode) {
      double expected = series.group().equals(Attributes.of("node", "n1")) ? 20 : 1;
      assertThat(series.points())
          .singleElement()
          .satisfies(p -> assertThat(p.value()).isEqualTo(expected));
    }
  }

  @Test
  void seriesOfASumIsTheTotalAndOfAHistogramTheMergedSketch() {
    store.accept(metrics(now.sum("s", 3, "k", "a"), now.sum("s", 4, "k", "b")));
    store.accept(metrics(now.sum("s", 5, "k", "a")));
    store.accept(metrics(now.query("aa", "primary", 0.1), now.query("bb", "replica", 0.2)));
    beforeAsking();

    assertThat(store.series("s", lastMinute(), Duration.ofHours(1), List.of()))
        .singleElement()
        .satisfies(s -> assertThat(s.points().getFirst().value()).isEqualTo(12));
    assertThat(
            store.series(Vocabulary.QUERY_DURATION, lastMinute(), Duration.ofHours(1), List.of()))
        .singleElement()
        .satisfies(
            s -> {
              assertThat(s.group()).isEqualTo(Attributes.empty());
              assertThat(s.points().getFirst().value()).isEqualTo(2);
              assertSame(s.points().getFirst().sketch(), sketch(0.1).merge(sketch(0.2)));
            });
    assertThat(store.series("s", lastMinute(), Duration.ofHours(1), List.of("k"))).hasSize(2);
  }

  @Test
  void eventsComeNewestFirstByPrefix() {
    store.accept(Telemetry.event(now.event("headroom.scale", "one")));
    time.advance(STEP);
    LogRecord two = now.event("headroom.scale", "two", "n", 2L, "ratio", 0.5, "ok", true);
    store.accept(Telemetry.event(two));
    store.accept(Telemetry.event(now.event("headroom.failover", "three")));
    beforeAsking();

    assertThat(store.events(lastMinute(), "headroom.scale", 10))
        .extracting(LogRecord::body)
        .containsExactly("two", "one");
    assertThat(store.events(lastMinute(), "headroom.scale", 1)).containsExactly(two);
    assertThat(store.events(lastMinute(), "", 10)).hasSize(3);
  }

  @Test
  void aTraceComesBackAsItWasSent() {
    Span root =
        new Span(
            new TraceId(-1, 42),
            new SpanId(-7),
            SpanId.NONE,
            "GET /a",
            Span.Kind.SERVER,
            time.epochNanos() - 1_000_000,
            time.epochNanos(),
            Span.Status.ERROR,
            "boom",
            Attributes.of(
                "long",
                1L,
                "double",
                2.0,
                "nan",
                Double.NaN,
                "bool",
                true,
                "list",
                List.of("a", "b"),
                "text",
                "\"quoted\" ünïcode\n"),
            List.of(
                new Span.Event(
                    "exception",
                    time.epochNanos() - 5,
                    Attributes.of("exception.type", "java.io.IOException"))),
            TelemetryFixtures.API,
            "scope");
    store.accept(spans(root));
    store.accept(spans(root));
    beforeAsking();

    assertThat(store.trace(root.traceId())).containsExactly(root);
    assertThat(store.trace(new TraceId(1, 1))).isEmpty();
  }

  @Test
  void tracesAreFoundNewestOrSlowestFirst() {
    store.accept(
        spans(
            now.server(1, 1, "/slow", 200, Duration.ofMillis(900)),
            now.client(1, 2, 1, "SELECT", Duration.ofMillis(800))));
    time.advance(STEP);
    store.accept(spans(now.server(2, 1, "/fast", 500, Duration.ofMillis(5))));
    beforeAsking();

    List<TraceSummary> newest = store.traces(lastMinute(), Optional.empty(), false, 10);
    assertThat(newest).extracting(TraceSummary::name).containsExactly("GET /fast", "GET /slow");
    assertThat(newest.getFirst().error()).isTrue();
    TraceSummary slow = newest.getLast();
    assertThat(slow.spans()).isEqualTo(2);
    assertThat(slow.error()).isFalse();
    assertThat(slow.service()).isEqualTo("api");
    assertThat(slow.duration()).isEqualTo(Duration.ofMillis(900));

    assertThat(store.traces(lastMinute(), Optional.empty(), true, 1))
        .extracting(TraceSummary::name)
        .containsExactly("GET /slow");
    assertThat(store.traces(lastMinute(), Optional.of("/fast"), true, 10))
        .extracting(TraceSummary::name)
        .containsExactly("GET /fast");
  }

  @Test
  void newestTellsWhenAMetricWasMeasured() {
    assertThat(store.newest("g")).isEmpty();
    store.accept(metrics(now.gauge("g", 1)));
    beforeAsking();

    assertThat(store.newest("g")).contains(time.now());
  }

  @Test
  void nothingOutsideTheWindowIsSeen() {
    store.accept(metrics(now.requests("web", "GET", "/a", 200, 0.010), now.gauge("g", 1)));
    store.accept(spans(now.server(1, 1, "/a", 200, Duration.ofMillis(1))));
    store.accept(Telemetry.event(now.event("e", "")));
    time.advance(Duration.ofMinutes(5));
    beforeAsking();

    assertThat(store.endpoints(lastMinute())).isEmpty();
    assertThat(store.series("g", lastMinute(), STEP, List.of())).isEmpty();
    assertThat(store.traces(lastMinute(), Optional.empty(), false, 10)).isEmpty();
    assertThat(store.events(lastMinute(), "", 10)).isEmpty();
  }

  @Test
  void everythingTakenOrLostIsCounted() {
    store.accept(
        new Telemetry(
            List.of(now.server(1, 1, "/a", 200, Duration.ofMillis(1))),
            List.of(now.gauge("g", 1), now.sum("s", 1)),
            List.of(now.event("e", ""))));
    store.accept(Telemetry.event(new TelemetryFixtures(new FakeTime()).event("e", "")));
    FakeTime later = new FakeTime();
    later.advance(Duration.ofDays(30));
    store.accept(Telemetry.event(new TelemetryFixtures(later).event("e", "")));
    store.refused(OtlpSignal.TRACES, "rejected", 3);
    store.flush();

    TelemetryQueries.StoreStats stats = store.storeStats();

    assertThat(stats.spans()).isEqualTo(1);
    assertThat(stats.metricPoints()).isEqualTo(2);
    assertThat(stats.logs()).isEqualTo(2);
    assertThat(stats.dropped())
        .containsExactlyInAnyOrder(
            new TelemetryQueries.Dropped("logs", "from the future", 1),
            new TelemetryQueries.Dropped("spans", "rejected", 3));
  }

  @Test
  void aMetricWithTooManySeriesKeepsItsTotal() {
    for (int i = 0; i < 2_100; i++) {
      store.accept(metrics(now.sum("wide", 1, "id", Integer.toString(i))));
    }
    beforeAsking();

    assertThat(store.series("wide", lastMinute(), Duration.ofHours(1), List.of()))
        .singleElement()
        .satisfies(s -> assertThat(s.points().getFirst().value()).isEqualTo(2_100));
    assertThat(
            store.series(
                "wide", lastMinute(), Duration.ofHours(1), List.of("otel.metric.overflow")))
        .anySatisfy(
            s -> {
              assertThat(s.group()).isEqualTo(Attributes.of("otel.metric.overflow", true));
              assertThat(s.points().getFirst().value()).isEqualTo(100);
            });
  }

  @Test
  void anEmptyStoreAnswers() {
    assertThat(store.endpoints(lastMinute())).isEmpty();
    assertThat(store.queries(lastMinute())).isEmpty();
    assertThat(store.trace(new TraceId(1, 2))).isEmpty();
    assertThat(store.check().isUp()).isTrue();
  }

  @Test
  void exceptionsOfSpansAndLogsAreGroupedAndCountedOncePerTrace() {
    String stack = "java.lang.Error: x\n\tat com.acme.A.b(A.java:%d)\n\tat com.acme.C.d(C.java:2)";
    store.accept(
        spans(
            now.failed(1, 1, "java.lang.Error", "first 1", stack.formatted(1)),
            now.failed(1, 2, "java.lang.Error", "first 1", stack.formatted(1)),
            now.failed(2, 1, "java.lang.Error", "second 2", stack.formatted(7))));
    time.advance(STEP);
    store.accept(
        new Telemetry(
            List.of(),
            List.of(),
            List.of(
                now.exceptionLog(3, "java.lang.Error", "third 3", stack.formatted(9)),
                now.exceptionLog(3, "ValueError", "other", ""))));
    beforeAsking();

    assertThat(store.errorGroups(lastMinute(), 10))
        .hasSize(2)
        .first()
        .satisfies(
            group -> {
              assertThat(group.service()).isEqualTo("api");
              assertThat(group.type()).isEqualTo("java.lang.Error");
              assertThat(group.message()).isEqualTo("third 3");
              assertThat(group.location()).isEqualTo("A.b");
              assertThat(group.stackTrace()).contains("A.java:9");
              assertThat(group.count()).isEqualTo(3);
              assertThat(group.releases()).containsExactly(java.util.Map.entry("1.2", 3L));
              assertThat(group.samples()).hasSize(3);
              assertThat(group.samples().getFirst()).isEqualTo(TelemetryFixtures.trace(3));
              assertThat(group.firstSeen()).isEqualTo(time.now().minus(STEP));
              assertThat(group.lastSeen()).isEqualTo(time.now());
            });
    assertThat(store.errorGroups(lastMinute(), 1)).hasSize(1);
  }

  @Test
  void theServiceMapJoinsBothEndsOfCalls() {
    store.accept(
        spans(
            now.server(1, 1, "/a", 200, Duration.ofMillis(10)),
            now.client(1, 2, 1, "SELECT", Duration.ofMillis(5))));
    beforeAsking();
    time.advance(Duration.ofSeconds(11));
    beforeAsking();

    Analyses.ServiceMap map = store.serviceMap(lastMinute());
    assertThat(map.edges())
        .singleElement()
        .satisfies(
            edge -> {
              assertThat(edge.from()).isEqualTo("api");
              assertThat(edge.to()).isEqualTo("postgresql");
              assertThat(edge.count()).isEqualTo(1);
              assertThat(edge.latency().max()).isEqualTo(0.005);
            });
    assertThat(map.nodes())
        .extracting(Analyses.Node::name, Analyses.Node::kind, Analyses.Node::count)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("api", Analyses.NodeKind.SERVICE, 1L),
            org.assertj.core.groups.Tuple.tuple("postgresql", Analyses.NodeKind.DATABASE, 1L));
  }

  @Test
  void slowRequestsTellTheirStatements() {
    for (int i = 1; i <= 3; i++) {
      store.accept(
          spans(
              now.server(i, 1, "/a", 200, Duration.ofMillis(100L * i)),
              now.statement(i, 2, 1, "SELECT * FROM t WHERE id = " + i, Duration.ofMillis(40))));
    }
    beforeAsking();

    assertThat(store.slowRequests(lastMinute(), Optional.of("api"), Optional.of("/a"), 2))
        .hasSize(2)
        .first()
        .satisfies(
            request -> {
              assertThat(request.endpoint()).isEqualTo(new Endpoint("api", "GET", "/a"));
              assertThat(request.duration()).isEqualTo(Duration.ofMillis(300));
              assertThat(request.statements())
                  .singleElement()
                  .satisfies(s -> assertThat(s.count()).isEqualTo(1));
            });
    assertThat(store.slowRequests(lastMinute(), Optional.of("web"), Optional.empty(), 2)).isEmpty();
    Analyses.EndpointAnalysis analysis =
        store.endpointAnalysis(lastMinute(), new Endpoint("api", "GET", "/a")).orElseThrow();
    assertThat(analysis.requests()).isEqualTo(3);
    assertThat(analysis.statements())
        .singleElement()
        .satisfies(
            s -> {
              assertThat(s.count()).isEqualTo(3);
              assertThat(s.seconds()).isCloseTo(0.12, within(1e-9));
            });
  }

  @Test
  void repeatedCallsAreFoundInStoredTraces() {
    store.accept(spans(now.server(1, 1, "/a", 200, Duration.ofMillis(100))));
    for (int i = 0; i < 12; i++) {
      store.accept(
          spans(
              now.statement(
                  1, 10 + i, 1, "SELECT * FROM t WHERE id = " + i, Duration.ofMillis(5))));
    }
    beforeAsking();

    assertThat(store.repeatedCalls(lastMinute(), 10))
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.mostCalls()).isEqualTo(12);
              assertThat(call.proof()).isEqualTo(Analyses.Proof.DIFFERENT);
              assertThat(call.endpoint().route()).isEqualTo("/a");
            });
  }

  @Test
  void endpointsOverTimeHaveAPointPerStep() {
    store.accept(metrics(now.requests("web", "GET", "/a", 200, 0.010)));
    time.advance(STEP);
    store.accept(metrics(now.requests("web", "GET", "/a", 500, 0.010, 0.020)));
    beforeAsking();

    List<EndpointPoint> points =
        store
            .endpointsOverTime(lastMinute(), STEP)
            .getOrDefault(new Endpoint("web", "GET", "/a"), List.of());
    assertThat(points).extracting(EndpointPoint::count).containsExactly(1L, 2L);
    assertThat(points.getLast().serverErrors()).isEqualTo(2);
  }

  @Test
  void logsOfATraceAreKept() {
    store.accept(
        new Telemetry(
            List.of(), List.of(), List.of(now.exceptionLog(3, "ValueError", "other", ""))));
    beforeAsking();

    assertThat(store.logs(TelemetryFixtures.trace(3)))
        .singleElement()
        .satisfies(log -> assertThat(log.body()).isEqualTo("other"));
    assertThat(store.logs(TelemetryFixtures.trace(4))).isEmpty();
  }
}
