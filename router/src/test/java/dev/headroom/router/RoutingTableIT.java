package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.signals.QuerySample;
import dev.headroom.testing.PostgresExtension;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every statement of {@code routing/statements.txt} is executed on a primary and a standby that
 * stands still behind it: where it went, and what it answered.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RoutingTableIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(1);

  private enum Kind {
    READ,
    KEPT,
    PRIMARY
  }

  private record Case(Kind kind, boolean varies, String sql) {}

  private static List<Case> cases = List.of();
  private static RouterFixture router;

  @BeforeAll
  static void start() throws Exception {
    POSTGRES.execute(resource("schema.sql"));
    POSTGRES.awaitReplay();
    cases = resource("statements.txt").lines().flatMap(line -> parse(line).stream()).toList();
    router = new RouterFixture(POSTGRES, 8, Duration.ofSeconds(5), Duration.ofMinutes(10));
    try (Connection c = router.connect()) {
      router.awaitReads(c);
    }
    router.pause(0);
    POSTGRES.execute(
        "UPDATE customer SET name = 'changed' WHERE id IN (1, 7)",
        "INSERT INTO orders (customer_id, total) SELECT 1, g FROM generate_series(1, 20) g",
        "INSERT INTO tree VALUES (5, 4, 'new leaf')",
        "INSERT INTO shop.product VALUES (3, 'chair')");
  }

  @AfterAll
  static void stop() throws SQLException {
    router.resume(0);
    router.close();
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = RoutingTableIT.class.getResourceAsStream("/routing/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static List<Case> parse(String line) {
    if (line.isBlank() || line.startsWith("#")) {
      return List.of();
    }
    int space = line.indexOf(' ');
    String sql = line.substring(space + 1);
    boolean varies = sql.startsWith("~");
    return List.of(
        new Case(
            Kind.valueOf(line.substring(0, space).toUpperCase(java.util.Locale.ROOT)),
            varies,
            (varies ? sql.substring(1) : sql).replace("\\n", "\n").replace("\\t", "\t")));
  }

  @Test
  @Order(1)
  void theTableIsLargeAndMostTrueReadsLeaveThePrimary() {
    long reads = of(Kind.READ).size();
    long kept = of(Kind.KEPT).size();
    assertThat(cases).hasSizeGreaterThanOrEqualTo(300);
    assertThat((double) reads / (reads + kept)).isGreaterThanOrEqualTo(0.95);
  }

  /* A client that has written nothing is served by the standby, with what the standby has. */
  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  @Order(2)
  void readsGoToTheStandby(String mode) throws SQLException {
    List<String> wrong = new ArrayList<>();
    try (Connection client = router.connect("&preferQueryMode=" + mode);
        Connection standby = POSTGRES.connectToReplica(0)) {
      for (Case each : of(Kind.READ)) {
        Outcome outcome = run(client, each.sql);
        if (!outcome.roles.equals(Set.of("replica"))) {
          wrong.add(outcome.roles + " " + outcome.reasons + ": " + each.sql);
        } else if (!each.varies && !outcome.answer.equals(answer(standby, each.sql))) {
          wrong.add(outcome.answer + ": " + each.sql);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /* A client that has written sees its write, wherever the standby is. */
  @Test
  @Order(3)
  void readsBehindAWriteGoToThePrimary() throws SQLException {
    List<String> wrong = new ArrayList<>();
    try (Connection client = router.connect("&preferQueryMode=simple");
        Connection primary = POSTGRES.connect()) {
      RouterFixture.execute(client, "INSERT INTO tree VALUES (6, 5, 'own')");
      assertThat(RouterFixture.text(client, "SELECT label FROM tree WHERE id = 6"))
          .isEqualTo("own");
      for (Case each : of(Kind.READ)) {
        Outcome outcome = run(client, each.sql);
        if (!outcome.roles.equals(Set.of("primary"))) {
          wrong.add(outcome.roles + ": " + each.sql);
        } else if (!each.varies && !outcome.answer.equals(answer(primary, each.sql))) {
          wrong.add(outcome.answer + ": " + each.sql);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  @Order(4)
  void whatIsNotProvenToBeAReadStaysOnThePrimary() throws SQLException {
    List<String> wrong = new ArrayList<>();
    for (Case each : cases) {
      if (each.kind == Kind.READ) {
        continue;
      }
      try (Connection client = router.connect("&preferQueryMode=simple")) {
        Outcome outcome = run(client, each.sql);
        if (!outcome.roles.equals(Set.of("primary"))) {
          wrong.add(outcome.roles + " " + outcome.answer + ": " + each.sql);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static List<Case> of(Kind kind) {
    return cases.stream().filter(each -> each.kind == kind).toList();
  }

  private record Outcome(Set<String> roles, Set<String> reasons, String answer) {}

  private static Outcome run(Connection client, String sql) {
    router.samples.clear();
    String answer = answer(client, sql);
    return new Outcome(
        router.samples.stream().map(QuerySample::role).collect(Collectors.toSet()),
        router.samples.stream().map(QuerySample::reason).collect(Collectors.toSet()),
        answer);
  }

  private static String answer(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      StringBuilder text = new StringBuilder();
      if (statement.execute(sql)) {
        try (ResultSet rows = statement.getResultSet()) {
          int columns = rows.getMetaData().getColumnCount();
          while (rows.next()) {
            for (int i = 1; i <= columns; i++) {
              text.append(rows.getString(i)).append('|');
            }
            text.append('\n');
          }
        }
      }
      return text.toString();
    } catch (SQLException e) {
      return "SQLSTATE " + e.getSQLState();
    }
  }
}
