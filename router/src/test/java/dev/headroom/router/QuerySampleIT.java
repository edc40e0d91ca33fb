package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.signals.QueryCall;
import dev.headroom.signals.QuerySample;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a listener is handed of each statement: enough to prove an N+1, or to explain it again. */
class QuerySampleIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(1);

  private static RouterFixture router;

  @BeforeAll
  static void start() throws SQLException {
    POSTGRES.execute("CREATE TABLE sampled (id bigint PRIMARY KEY, name text, key uuid, day date)");
    POSTGRES.awaitReplay();
    router = new RouterFixture(POSTGRES, 4, Duration.ofSeconds(5));
    try (Connection c = router.connect()) {
      router.awaitReads(c);
    }
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  @BeforeEach
  void clear() {
    router.samples.clear();
  }

  @Test
  void boundValuesInTextAndInBinary() throws SQLException {
    UUID key = UUID.randomUUID();
    for (String mode : List.of("", "&prepareThreshold=-1")) {
      try (Connection c = router.connect(mode);
          PreparedStatement read =
              c.prepareStatement(
                  "SELECT 1 FROM sampled WHERE id = ? AND name = ? AND key = ? AND day = ?")) {
        read.setLong(1, 7_000_000_000L);
        read.setString(2, "it's");
        read.setObject(3, key);
        read.setObject(4, LocalDate.of(2024, 2, 29));
        read.execute();
      }
      QueryCall call = last("select ? from sampled").call();
      assertThat(call.sql()).startsWith("SELECT 1 FROM sampled WHERE id = $1");
      assertThat(call.parameters().stream().map(p -> p.value().orElse("NULL")))
          .startsWith("7000000000", "it's", key.toString());
      assertThat(call.parameters().get(3).value().orElse("")).startsWith("2024-02-29");
      assertThat(call.isExact()).isTrue();
      assertThat(call.toString()).doesNotContain("7000000000");
    }
  }

  @Test
  void literalsOfASimpleQuery() throws SQLException {
    try (Connection c = router.connect("&preferQueryMode=simple")) {
      RouterFixture.text(c, "SELECT 5 FROM sampled WHERE id IN (17, 18) AND name = 'x'");
    }
    QuerySample sample = last("select ? from sampled");
    assertThat(sample.call().parameters().stream().map(p -> p.value().orElse("")))
        .containsExactly("5", "17", "18", "x");
  }

  @Test
  void aBatchIsOneSampleOfManyExecutions() throws SQLException {
    try (Connection c = router.connect();
        PreparedStatement insert =
            c.prepareStatement("INSERT INTO sampled (id, name) VALUES (?, ?)")) {
      for (int i = 0; i < 10; i++) {
        insert.setLong(1, 100 + i);
        insert.setString(2, null);
        insert.addBatch();
      }
      insert.executeBatch();
    }
    QueryCall call = last("insert into sampled").call();
    assertThat(call.executions()).isEqualTo(10);
    assertThat(call.parameters().get(0).value()).contains("100");
    assertThat(call.parameters().get(1).value()).isEqualTo(Optional.empty());
  }

  @Test
  void callsOfOneTraceDifferInTheirHashes() throws SQLException {
    String trace = "0af7651916cd43dd8448eb211c80319c";
    try (Connection c = router.connect()) {
      for (int i = 0; i < 8; i++) {
        String comment =
            " /*route='%2Fusers%2F:id',traceparent='00-"
                + trace
                + "-b7ad6b716920333"
                + i
                + "-01'*/";
        try (PreparedStatement read =
            c.prepareStatement("SELECT name FROM sampled WHERE id = ?" + comment)) {
          read.setLong(1, i / 2);
          read.execute();
        }
      }
    }
    List<QuerySample> samples =
        router.samples.stream().filter(s -> s.text().startsWith("select name")).toList();
    assertThat(samples).hasSize(8);
    assertThat(samples).allMatch(s -> s.trace().orElseThrow().traceId().toString().equals(trace));
    assertThat(samples.stream().map(s -> s.trace().orElseThrow().spanId()).distinct()).hasSize(8);
    assertThat(samples).allMatch(s -> s.route().equals(Optional.of("/users/:id")));
    assertThat(samples.stream().map(QuerySample::fingerprint).distinct()).hasSize(1);
    assertThat(samples.stream().map(s -> s.call().hash()).distinct()).hasSize(4);
    assertThat(samples.stream().map(QuerySample::session).distinct()).hasSize(1);
    assertThat(samples.stream().map(QuerySample::transaction).distinct()).hasSize(8);
    assertThat(samples.getFirst().call().sql()).isEqualTo("SELECT name FROM sampled WHERE id = $1");
  }

  /* Else each call with a trace would be another statement on every server. */
  @Test
  void statementsThatDifferInTheirCommentArePreparedOnce() throws SQLException {
    try (Connection c = router.connect()) {
      c.setAutoCommit(false);
      for (int i = 0; i < 5; i++) {
        try (PreparedStatement read =
            c.prepareStatement(
                "SELECT key FROM sampled WHERE id = ? /*traceparent='" + i + "'*/")) {
          read.setLong(1, i);
          read.execute();
        }
      }
      assertThat(
              RouterFixture.text(
                  c,
                  "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT key%'"))
          .isEqualTo("1");
      c.commit();
    }
  }

  @Test
  void aConnectionIsHeldWhileItsTransactionIsIdle() throws SQLException {
    try (Connection c = router.connect()) {
      c.setAutoCommit(false);
      RouterFixture.text(c, "SELECT 1");
      RouterFixture.text(c, "SELECT pg_sleep(0.05)");
      long deadline = System.nanoTime() + 50_000_000;
      Await.until(RouterFixture.BOUND, () -> System.nanoTime() > deadline);
      RouterFixture.text(c, "SELECT 2, 2");
      c.commit();
    }
    QuerySample after = last("select ?, ?");
    assertThat(after.heldNanos() - after.durationNanos()).isGreaterThan(40_000_000);
    assertThat(
            router.samples.stream()
                .filter(s -> s.text().startsWith("select ?") || s.text().contains("pg_sleep"))
                .map(QuerySample::transaction)
                .distinct())
        .hasSize(1);
  }

  @Test
  void poolsAreTold() throws SQLException {
    String primary = RouterFixture.member(POSTGRES.primary()).name();
    try (Connection c = router.connect()) {
      c.setAutoCommit(false);
      RouterFixture.text(c, "SELECT 1");
      PoolFigures pool =
          router.router.pools().stream()
              .filter(p -> p.member().equals(primary))
              .findFirst()
              .orElseThrow();
      assertThat(pool.role()).isEqualTo("primary");
      assertThat(pool.limit()).isEqualTo(4);
      assertThat(pool.active()).isEqualTo(1);
      assertThat(pool.granted()).isPositive();
      assertThat(pool.heldTime()).isPositive();
      c.rollback();
    }
  }

  private static QuerySample last(String start) {
    return router.samples.stream()
        .filter(sample -> sample.text().startsWith(start))
        .reduce((a, b) -> b)
        .orElseThrow();
  }
}
