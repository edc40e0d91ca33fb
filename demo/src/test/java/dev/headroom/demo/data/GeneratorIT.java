package dev.headroom.demo.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.demo.faults.Faults;
import dev.headroom.testing.PostgresExtension;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GeneratorIT {
  @RegisterExtension static final PostgresExtension POSTGRES = PostgresExtension.shared();

  private static final PrintStream QUIET =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  private static final LocalDate DAY = LocalDate.of(2026, 11, 23);

  @BeforeEach
  void empty() throws SQLException {
    POSTGRES.execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public");
  }

  private static long generate(DataSize size, long seed) throws SQLException {
    try (Connection connection = POSTGRES.connect()) {
      return Generator.run(connection, size, seed, DAY, Faults.parse("none"), QUIET);
    }
  }

  @Test
  void theSameSeedGivesTheSameRows() throws SQLException {
    generate(DataSize.SMALL, 1);
    String first = fingerprint();
    empty();
    generate(DataSize.SMALL, 1);
    assertThat(fingerprint()).isEqualTo(first);
    empty();
    generate(DataSize.SMALL, 2);
    assertThat(fingerprint()).isNotEqualTo(first);
  }

  @Test
  void fillsAllTablesOnceWithTenantsOfUnequalSize() throws SQLException {
    long rows = generate(DataSize.SMALL, 1);
    assertThat(rows).isBetween(19_000L, DataSize.SMALL.rows());
    assertThat(generate(DataSize.SMALL, 1)).as("a second run").isZero();
    assertThat(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).isEqualTo("20");
    assertThat(text("SELECT string_agg(DISTINCT status, ' ' ORDER BY status) FROM issues"))
        .isEqualTo("closed in_progress open review");
    double largest =
        Double.parseDouble(
            text(
                "SELECT max(n) / sum(n) FROM (SELECT count(*) n FROM issues GROUP BY tenant_id)"
                    + " t"));
    assertThat(largest).isBetween(0.2, 0.45);
    assertThat(text("SELECT count(DISTINCT tenant_id) FROM users")).isEqualTo("8");
    // The next row's id does not meet a generated one.
    assertThat(text("INSERT INTO tenants (name, plan) VALUES ('x', 'y') RETURNING id"))
        .isEqualTo("9");
  }

  @Test
  void theDefaultSizeHasAMillionRows() {
    assertThat(DataSize.DEFAULT.rows()).isGreaterThan(1_050_000);
    assertThat(DataSize.of("200000").rows()).isBetween(190_000L, 210_000L);
    assertThat(DataSize.of("large").rows()).isGreaterThan(8_000_000);
    assertThat(DataSize.SMALL.withUsers(5).tenants()).isEqualTo(5);
  }

  @Test
  void accountsMayBeFew() throws SQLException {
    generate(DataSize.SMALL.withUsers(5), 1);
    assertThat(text("SELECT count(*) FROM users")).isEqualTo("5");
  }

  @Test
  void aBrokenLoadLeavesNothing() throws SQLException {
    try (Connection connection = POSTGRES.connect();
        Statement statement = connection.createStatement()) {
      Schema.create(connection);
      statement.execute("ALTER TABLE webhooks ADD CHECK (id < 3)");
      assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> generate(DataSize.SMALL, 1)))
          .isInstanceOf(SQLException.class);
      assertThat(text("SELECT count(*) FROM tenants")).isEqualTo("0");
      assertThat(text("SELECT count(*) FROM pg_indexes WHERE indexname = 'comments_issue'"))
          .isEqualTo("1");
    }
  }

  @Test
  void indexesAndViewsFollowTheSwitches() throws SQLException {
    generate(DataSize.SMALL, 1);
    assertThat(cures()).isEqualTo("14 3");
    try (Connection connection = POSTGRES.connect()) {
      Schema.apply(Faults.parse("all"), connection);
      assertThat(cures()).isEqualTo("0 0");
      Schema.apply(Faults.parse("all,-index-attachments-issue,-view-dashboard"), connection);
      assertThat(cures()).isEqualTo("1 1");
    }
  }

  private static String cures() throws SQLException {
    return text(
        "SELECT (SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'cure_%') || ' '"
            + " || (SELECT count(*) FROM pg_matviews)");
  }

  private static String fingerprint() throws SQLException {
    return text(
        "SELECT md5(string_agg(t::text, '' ORDER BY id)) || (SELECT md5(string_agg(c::text, ''"
            + " ORDER BY id)) FROM comments c) || (SELECT md5(string_agg(u::text, '' ORDER BY id))"
            + " FROM users u) FROM issues t");
  }

  private static String text(String sql) throws SQLException {
    try (Connection connection = POSTGRES.connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return String.valueOf(result.getString(1));
    }
  }
}
