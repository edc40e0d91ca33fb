package dev.headroom.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementShapeTest {

  private static StatementShape only(String sql) {
    assertThat(StatementShape.of(sql)).hasSize(1);
    return StatementShape.of(sql).getFirst();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1 LIMIT 3",
        "VALUES (1), (2)",
        "TABLE t",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
        "SELECT * FROM a JOIN b USING (id), LATERAL (SELECT 1 FROM c WHERE c.x = a.x) s(y)",
        "SELECT extract(year FROM d), substring(s FROM 2 FOR 3) FROM t",
        "SELECT a IS DISTINCT FROM b FROM t",
        "EXPLAIN SELECT 1",
        "EXPLAIN (ANALYZE, BUFFERS) SELECT 1",
        "COPY (SELECT 1) TO STDOUT",
        "SELECT 'INSERT INTO t; DELETE' , \"update\" FROM t -- FOR UPDATE",
        "SELECT $q$ FOR UPDATE $q$",
        "SELECT 'a' 'b' /* nested /* comment */ */"
      })
  void mayRead(String sql) {
    StatementShape shape = only(sql);
    assertThat(shape.doubt()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t VALUES (1)",
        "UPDATE t SET a = 1",
        "MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE",
        "WITH w AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM w",
        "WITH w AS (SELECT 1) DELETE FROM t",
        "SELECT * FROM t FOR UPDATE",
        "SELECT * FROM (SELECT * FROM t FOR NO KEY UPDATE SKIP LOCKED) x",
        "SELECT * FROM t FOR KEY SHARE",
        "SELECT 1 INTO u",
        "SELECT 1 INTO TEMP u FROM t",
        "EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN EXECUTE p",
        "COPY t FROM STDIN",
        "COPY t TO STDOUT",
        "COPY (DELETE FROM t RETURNING *) TO STDOUT",
        "COPY (SELECT 1) TO '/tmp/x'",
        "COPY (SELECT 1) TO PROGRAM 'x'",
        "LOCK TABLE t",
        "SHOW all",
        "DO $$ BEGIN END $$",
        "CALL p()",
        "SELECT 'unterminated",
        "SELECT $q$ unterminated",
        "SELECT /* unterminated",
        "SELECT \"\" FROM t",
        "SELECT U&\"d\\0061t\" FROM t",
        "SELECT 'back\\slash'",
        "SELECT 1 OPERATOR(pg_catalog.+) 1",
        "SELECT (1",
        "SELECT 1)",
        "FROBNICATE",
        "\\d",
        ""
      })
  void isNotARead(String sql) {
    assertThat(only(sql).mayRead() && only(sql).kind() != StatementKind.EMPTY).isFalse();
  }

  @Test
  void namesWhatItCallsAndReads() {
    StatementShape shape =
        only(
            "WITH w AS (SELECT f(x) FROM s.a) SELECT DISTINCT ON (k) pg_advisory_lock(1),"
                + " \"Quoted\"(2), now(), coalesce(y, 0), cast(z AS numeric(10, 2)), q::varchar(3)"
                + " FROM w, ONLY b c(d, e), generate_series(1, 2) AS g(i)"
                + " JOIN LATERAL h(1) i ON true WHERE x IN (SELECT 1 FROM \"Tab\")");
    assertThat(shape.doubt()).isEmpty();
    assertThat(shape.functions())
        .containsExactlyInAnyOrder(
            "f", "pg_advisory_lock", "Quoted", "now", "generate_series", "h");
    assertThat(shape.relations()).containsExactlyInAnyOrder("s.a", "b", "Tab");
    assertThat(shape.commonTables()).containsExactly("w");
  }

  @Test
  void unreservedWordsAreRelationsToo() {
    assertThat(only("SELECT * FROM groups, rows r, first").relations())
        .containsExactlyInAnyOrder("groups", "rows", "first");
    assertThat(only("SELECT first(a), next(b), \"in\"(c), left(d, 1) FROM t").functions())
        .containsExactlyInAnyOrder("first", "next", "in", "left");
  }

  @Test
  void continuedStringsKeepTheirEscapes() {
    // The second part belongs to the E string: its backslash hides the quote.
    assertThat(StatementShape.of("SELECT E'a'\n'b\\'; DELETE FROM t; --'")).hasSize(1);
    assertThat(StatementShape.of("SELECT 'a'; DELETE FROM t")).hasSize(2);
  }

  @Test
  void settings() {
    assertThat(only("SET headroom.key = 'tenant ''1'''").setting())
        .hasValueSatisfying(
            change -> {
              assertThat(change.name()).isEqualTo("headroom.key");
              assertThat(change.scalar()).contains("tenant '1'");
            });
    assertThat(only("SET LOCAL x TO 1").setting().map(SettingChange::scope))
        .contains(SettingChange.Scope.LOCAL);
    assertThat(only("SET TIME ZONE 'UTC'").setting().map(SettingChange::name)).contains("timezone");
    assertThat(only("RESET ALL").setting().map(SettingChange::name)).contains("all");
    assertThat(only("SET ROLE x").setting().map(SettingChange::name)).contains("role");
    assertThat(only("SET role = 'x y'").setting().flatMap(SettingChange::value)).contains("'x y'");
    assertThat(only("SET XML OPTION document").setting().map(SettingChange::name))
        .contains("xml (statement form)");
    assertThat(only("SET TRANSACTION READ ONLY").kind()).isEqualTo(StatementKind.SET_TRANSACTION);
  }

  @Test
  void transactions() {
    assertThat(only("BEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY").readOnlyBlock()).isTrue();
    assertThat(only("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").readOnlyBlock()).isFalse();
    assertThat(only("BEGIN READ ONLY ISOLATION LEVEL SERIALIZABLE").readOnlyBlock()).isFalse();
    assertThat(only("ROLLBACK TO SAVEPOINT a").kind()).isEqualTo(StatementKind.ROLLBACK_TO);
    assertThat(only("CREATE TEMP TABLE x (a int)").subject()).isEqualTo("temp");
  }

  @Test
  void anyTextHasAShapeAndEveryTokenIsWithinIt() {
    Random random = new Random(42);
    String[] pieces = {
      "SELECT", "FROM", "(", ")", ",", ";", "'", "\"", "$$", "$a$", "$1", "--", "\n", "/*", "*/",
      "E'", "U&\"", "\\", "::", "WITH", "AS", "FOR", "UPDATE", "x", "1", ".", "é", "IN", "VALUES",
      "COPY", "EXPLAIN", "SET", "=", "-", "\0", " "
    };
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(14); i >= 0; i--) {
        text.append(pieces[random.nextInt(pieces.length)]);
        text.append(random.nextBoolean() ? " " : "");
      }
      String sql = text.toString();
      SqlTokens tokens = SqlTokens.of(sql);
      int end = 0;
      for (int i = 0; i < tokens.size(); i++) {
        assertThat(tokens.start(i)).as(sql).isGreaterThanOrEqualTo(end);
        end = tokens.end(i);
        assertThat(end).as(sql).isGreaterThan(tokens.start(i)).isLessThanOrEqualTo(sql.length());
      }
      assertThat(StatementShape.of(tokens)).as(sql).isNotEmpty();
      assertThat(Fingerprint.of(tokens)).as(sql).isNotNull();
    }
  }
}
