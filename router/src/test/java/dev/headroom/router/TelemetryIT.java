package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Span;
import dev.headroom.signals.Vocabulary;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the router tells of itself, after real statements. */
class TelemetryIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(2);

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private static RouterFixture router;

  @BeforeAll
  static void start() throws SQLException {
    POSTGRES.execute("CREATE TABLE told (a int)");
    POSTGRES.awaitReplay();
    router = new RouterFixture(POSTGRES, 4, Duration.ofSeconds(5));
    try (Connection c = router.connect()) {
      router.awaitReads(c);
      for (int i = 0; i < 20; i++) {
        RouterFixture.text(c, "SELECT a FROM told WHERE a = " + i);
        RouterFixture.execute(c, "INSERT INTO told VALUES (" + i + ")");
      }
      RouterFixture.execute(
          c, "SELECT count(*) FROM told /*traceparent='00-" + TRACE + "-00f067aa0ba902b7-01'*/");
      Await.until(RouterFixture.BOUND, () -> spans().size() == 1);
    }
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  @Test
  void durationsAreTheQueriesAndMembersThatAnswered() {
    String select = fingerprint("select a from told");
    String insert = fingerprint("insert into told");
    long reads = 0;
    long writes = 0;
    for (Metric metric : named(Vocabulary.QUERY_DURATION)) {
      Metric.Histogram histogram = (Metric.Histogram) metric;
      Attributes of = histogram.attributes();
      assertThat(histogram.unit()).isEqualTo("s");
      assertThat(of.text(Vocabulary.MEMBER)).isPresent();
      if (of.text(Vocabulary.QUERY).orElse("").equals(select)) {
        reads += histogram.sketch().count();
      } else if (of.text(Vocabulary.QUERY).orElse("").equals(insert)) {
        assertThat(of.text(Vocabulary.ROLE)).contains("primary");
        assertThat(of.text(Vocabulary.MEMBER))
            .contains(RouterFixture.member(POSTGRES.primary()).name());
        writes += histogram.sketch().count();
      }
    }
    assertThat(reads).isEqualTo(20);
    assertThat(writes).isEqualTo(20);
  }

  @Test
  void routesAreCountedByRoleAndReason() {
    double all = named(Vocabulary.ROUTED).stream().mapToDouble(m -> ((Metric.Sum) m).value()).sum();
    assertThat(all).isGreaterThanOrEqualTo(41);
    assertThat(named(Vocabulary.ROUTED))
        .anyMatch(
            m ->
                m.attributes().text(Vocabulary.ROLE).orElse("").equals("replica")
                    && m.attributes().text(Vocabulary.REASON).orElse("").equals("read"))
        .anyMatch(m -> m.attributes().text(Vocabulary.ROLE).orElse("").equals("primary"))
        .allMatch(m -> !m.attributes().text(Vocabulary.REASON).orElse("").isEmpty());
    assertThat(named(Vocabulary.QUEUE_DURATION)).isNotEmpty();
  }

  @Test
  void everyMemberHasARoleAStateAndAnAddress() {
    List<Metric> members = named(Vocabulary.DB_MEMBER);
    for (var server : List.of(POSTGRES.primary(), POSTGRES.replica(0), POSTGRES.replica(1))) {
      Member member = RouterFixture.member(server);
      String role = server.equals(POSTGRES.primary()) ? "primary" : "replica";
      assertThat(members)
          .as(member.name())
          .anyMatch(
              m ->
                  m.attributes().text(Vocabulary.MEMBER).orElse("").equals(member.name())
                      && m.attributes().text(Vocabulary.ROLE).orElse("").equals(role)
                      && m.attributes().text(Vocabulary.STATE).orElse("").equals("up")
                      && m.attributes().number("server.port").orElse(0)
                          == member.address().getPort()
                      && ((Metric.Gauge) m).value() == 1);
      for (String state : List.of("idle", "active")) {
        assertThat(named(Vocabulary.ROUTER_SERVERS))
            .anyMatch(
                m ->
                    m.attributes().text(Vocabulary.MEMBER).orElse("").equals(member.name())
                        && m.attributes().text(Vocabulary.STATE).orElse("").equals(state));
      }
    }
    assertThat(named(Vocabulary.ROUTER_CLIENTS))
        .anyMatch(m -> ((Metric.Gauge) m).value() == 1 && m.attributes().isEmpty());
    assertThat(named(Vocabulary.REPLAY_LAG_BYTES)).hasSizeGreaterThanOrEqualTo(2);
    assertThat(named(Vocabulary.REPLAY_LAG_SECONDS)).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void aQueryIsIntroducedOnce() {
    List<LogRecord> seen =
        router.telemetry.stream()
            .flatMap(batch -> batch.logs().stream())
            .filter(log -> log.eventName().equals(Vocabulary.EVENT_QUERY))
            .filter(log -> text(log.attributes()).startsWith("insert into told"))
            .toList();
    assertThat(seen).hasSize(1);
    assertThat(seen.getFirst().attributes().text(Vocabulary.QUERY).orElse("")).hasSize(16);
  }

  @Test
  void aStatementWithATraceIsASpanOfIt() {
    assertThat(spans()).hasSize(1);
    Span span = spans().getFirst();
    assertThat(span.parentId().toString()).isEqualTo("00f067aa0ba902b7");
    assertThat(span.kind()).isEqualTo(Span.Kind.CLIENT);
    assertThat(span.attributes().text("db.system.name")).contains("postgresql");
    assertThat(span.endEpochNanos()).isGreaterThan(span.startEpochNanos());
  }

  private static List<Span> spans() {
    return router.telemetry.stream()
        .flatMap(batch -> batch.spans().stream())
        .filter(span -> span.traceId().toString().equals(TRACE))
        .toList();
  }

  private static String fingerprint(String start) {
    return router.telemetry.stream()
        .flatMap(batch -> batch.logs().stream())
        .map(LogRecord::attributes)
        .filter(attributes -> text(attributes).startsWith(start))
        .map(attributes -> attributes.text(Vocabulary.QUERY).orElse(""))
        .findFirst()
        .orElse("none starts with " + start);
  }

  private static String text(Attributes attributes) {
    return attributes.text(Vocabulary.QUERY_TEXT).orElse("");
  }

  private static List<Metric> named(String name) {
    return router.telemetry.stream()
        .flatMap(batch -> batch.metrics().stream())
        .filter(metric -> metric.name().equals(name))
        .toList();
  }
}
