package dev.headroom.advisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One analysis of a small shop, whose faults are known here. */
class AdvisorIT {
  @RegisterExtension static final PostgresExtension POSTGRES = PostgresExtension.exclusive();

  private static AdviceReport report =
      new AdviceReport("", java.time.Instant.EPOCH, Duration.ZERO, List.of(), List.of(), List.of());

  private static DatabaseTarget target() {
    return new DatabaseTarget(
        POSTGRES.host(),
        POSTGRES.port(),
        POSTGRES.database(),
        POSTGRES.user(),
        POSTGRES.password(),
        Map.of());
  }

  @BeforeAll
  static void analyse() throws Exception {
    POSTGRES.execute(
        "CREATE EXTENSION IF NOT EXISTS pg_stat_statements",
        "CREATE TYPE state AS ENUM ('open', 'sent', 'lost')",
        """
        CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, email text NOT NULL,
          name text)\
        """,
        """
        CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, state state NOT NULL,
          total numeric NOT NULL, note text, sent_at timestamptz, created_at timestamptz NOT NULL)\
        """,
        """
        INSERT INTO customers SELECT n, n % 20, 'c' || n || '@shop.example', 'name ' || n
        FROM generate_series(1, 4000) n\
        """,
        """
        INSERT INTO orders SELECT n, (n * 7919) % 4000 + 1,
          (ARRAY['open', 'sent', 'lost'])[1 + n % 3]::state, n % 90, CASE n % 5 WHEN 0 THEN 'x' END,
          CASE WHEN n % 500 = 0 THEN NULL ELSE now() END, now() - n * interval '1 minute'
        FROM generate_series(1, 60000) n\
        """,
        "CREATE INDEX orders_created ON orders (created_at)",
        "CREATE INDEX orders_created_again ON orders (created_at)",
        "CREATE INDEX orders_total ON orders (total)",
        "VACUUM ANALYZE",
        "SELECT pg_stat_statements_reset()");
    try (Connection connection = POSTGRES.connect()) {
      for (long i = 1; i <= 12; i++) {
        run(connection, "SELECT id, total FROM orders WHERE customer_id = ? ORDER BY id DESC", i);
        run(connection, "SELECT count(*) > 0 AS any FROM orders WHERE customer_id = ?", i);
        run(
            connection,
            "SELECT c.id, c.name FROM customers c WHERE c.tenant_id = ? AND c.id NOT IN"
                + " (SELECT o.customer_id FROM orders o WHERE o.total > 80)",
            i);
        run(connection, "SELECT id FROM orders WHERE sent_at IS NULL ORDER BY id LIMIT 10");
        run(
            connection,
            "SELECT count(*) FROM orders WHERE date(created_at) = current_date - ?::int",
            i);
        run(connection, "SELECT id, total FROM orders ORDER BY id LIMIT 20 OFFSET ?", i * 3000);
        run(
            connection,
            "SELECT o.state, count(*) AS orders, sum(o.total) AS total FROM orders o JOIN customers"
                + " c ON c.id = o.customer_id WHERE c.tenant_id = ? GROUP BY o.state",
            i);
      }
      // Whoever looks while they are connected sees their last statement with its constants.
      report =
          new Advisor(
                  AdvisorSettings.defaults()
                      .withWatch(Duration.ofMillis(200))
                      .withUnusedAfter(Duration.ZERO),
                  ChildRegistry.NONE,
                  TimeSource.system())
              .analyse(target(), List.of(), Advisor.Inputs.NONE, progress -> {});
    }
  }

  private static void run(Connection connection, String sql, Object... values) throws Exception {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.execute();
    }
  }

  private static List<String> actions(AdviceKind kind) {
    return report.of(kind).stream().map(advice -> advice.action().text()).toList();
  }

  @Test
  void tellsTheSlowStatementsWithTheirPlansInWords() {
    assertThat(report.slow()).noneMatch(slow -> slow.text().contains("CREATE"));
    assertThat(report.slow())
        .anySatisfy(
            slow -> {
              assertThat(slow.text()).contains("WHERE customer_id = $1 ORDER BY id DESC");
              assertThat(slow.calls()).isEqualTo(12);
              assertThat(slow.plan().orElse("")).contains("Reads all of public.orders");
            });
  }

  @Test
  void proposesTheIndexesThatWereProven() {
    assertThat(actions(AdviceKind.MISSING_INDEX))
        .anySatisfy(sql -> assertThat(sql).contains("ON public.orders (customer_id"))
        .anySatisfy(sql -> assertThat(sql).contains("WHERE sent_at IS NULL"));
    assertThat(report.of(AdviceKind.MISSING_INDEX))
        .allSatisfy(
            advice -> {
              Measurement before = advice.evidence().before().orElseThrow();
              Measurement after = advice.evidence().after().orElseThrow();
              assertThat(after.buffers()).isLessThan(before.buffers());
              assertThat(after.plan()).contains("_hr");
            });
  }

  @Test
  void rewritesWhatGivesTheSameRows() {
    assertThat(report.of(AdviceKind.REWRITE))
        .extracting(Advice::title)
        .contains("NOT IN → NOT EXISTS", "function on a column → range", "OFFSET → keyset pages");
  }

  @Test
  void tellsDuplicateAndUnusedIndexes() {
    assertThat(actions(AdviceKind.DUPLICATE_INDEX))
        .containsExactly("DROP INDEX CONCURRENTLY IF EXISTS public.orders_created_again;");
    assertThat(actions(AdviceKind.UNUSED_INDEX))
        .contains("DROP INDEX CONCURRENTLY IF EXISTS public.orders_total;");
  }

  @Test
  void appliesWhatIsSqlTwiceWithoutHarm() throws Exception {
    List<Advice> indexes = report.of(AdviceKind.MISSING_INDEX);
    assertThat(Applier.apply(target(), indexes)).allMatch(Applier.Outcome::done);
    assertThat(Applier.apply(target(), indexes)).allMatch(Applier.Outcome::done);
    assertThat(Applier.migration(report)).contains("CREATE INDEX CONCURRENTLY IF NOT EXISTS");
  }
}
