package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaves the primary, statement by statement, each executed for real. */
class RoutingIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(2);

  private static RouterFixture router;
  private Connection connection;

  @BeforeAll
  static void start() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE t (id bigserial PRIMARY KEY, n int, \"Mixed\" text)",
        "INSERT INTO t (n) SELECT g FROM generate_series(1, 10) g",
        "CREATE UNLOGGED TABLE fast (a int)",
        "CREATE VIEW plain AS SELECT id, n FROM t WHERE n > 3",
        "CREATE VIEW sly AS SELECT pg_try_advisory_xact_lock(1), id FROM t",
        "CREATE VIEW nested AS SELECT * FROM sly",
        "CREATE VIEW counting AS SELECT nextval('t_id_seq') AS v",
        "CREATE FUNCTION liar() RETURNS int LANGUAGE plpgsql STABLE AS"
            + " 'BEGIN INSERT INTO t (n) VALUES (0); RETURN 1; END'",
        "CREATE FUNCTION locker() RETURNS bool LANGUAGE sql STABLE AS"
            + " 'SELECT pg_try_advisory_xact_lock(1)'",
        "CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2'",
        "CREATE FUNCTION twice(x text) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT x || x'",
        "CREATE FUNCTION thrice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 3'",
        "CREATE TABLE secured (a int)",
        "ALTER TABLE secured ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON secured USING (current_setting('app.tenant', true) = 'x')",
        "CREATE TABLE parted (a int) PARTITION BY RANGE (a)",
        "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10)");
    POSTGRES.awaitReplay();
    router = new RouterFixture(POSTGRES, 8, Duration.ofSeconds(5));
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  @BeforeEach
  void connect() throws SQLException {
    connection = router.connect();
    router.awaitReads(connection);
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "SELECT count(*), now(), random(), gen_random_uuid() FROM t",
        "SELECT * FROM public.t a JOIN t b USING (id) WHERE a.n IN (1, 2) ORDER BY 1 LIMIT 5",
        "SELECT \"Mixed\" FROM t",
        "WITH w AS (SELECT id FROM t) SELECT * FROM w",
        "WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < 5)"
            + " SELECT sum(n) FROM r",
        "VALUES (1), (2)",
        "TABLE t",
        "SELECT * FROM plain",
        "SELECT thrice(2)",
        "SELECT extract(year FROM now()), coalesce(null, 1), cast(1 AS numeric(4, 2))",
        "SELECT row_number() OVER (PARTITION BY n ORDER BY id) FROM t",
        "SELECT count(*) FILTER (WHERE n > 1) FROM t GROUP BY n HAVING count(*) > 0",
        "SELECT * FROM generate_series(1, 3) g(x)",
        "SELECT * FROM parted",
        "EXPLAIN SELECT * FROM t",
        "SELECT (SELECT max(n) FROM t), EXISTS (SELECT 1 FROM t WHERE n = 3)",
        "SELECT string_agg(n::text, ',' ORDER BY n) FROM t",
        "SELECT to_char(now(), 'YYYY'), lower('A') || left('abc', 2)",
        "SELECT to_tsvector('english', 'a b') @@ to_tsquery('english', 'a')",
        "SELECT jsonb_build_object('a', 1) ->> 'a'",
        "SELECT pg_sleep(0)"
      })
  void goesToAReplica(String sql) throws SQLException {
    assertThat(router.roleOf(connection, sql)).isEqualTo("replica");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT nextval('t_id_seq')",
        "SELECT setval('t_id_seq', 1000)",
        "SELECT * FROM counting",
        "SELECT liar()",
        "SELECT locker()",
        "SELECT * FROM sly",
        "SELECT * FROM nested",
        "SELECT twice(2)",
        "SELECT * FROM t WHERE id = 1 FOR UPDATE",
        "SELECT * FROM t WHERE id = 1 FOR NO KEY UPDATE",
        "SELECT * FROM t WHERE id = 1 FOR SHARE",
        "SELECT * FROM t WHERE id = 1 FOR KEY SHARE",
        "WITH w AS (INSERT INTO t (n) VALUES (99) RETURNING id) SELECT * FROM w",
        "SELECT 1; INSERT INTO t (n) VALUES (98)",
        "EXPLAIN ANALYZE INSERT INTO t (n) VALUES (97)",
        "DO $$ BEGIN PERFORM 1; END $$",
        "SELECT * FROM fast",
        "SELECT * FROM secured",
        "SELECT pg_notify('a', 'b')",
        "SELECT txid_current()",
        "SELECT pg_current_wal_lsn()",
        "SELECT pg_try_advisory_xact_lock(3)",
        "SELECT DISTINCT ON (n) pg_try_advisory_xact_lock(4) FROM t",
        "SELECT set_config('work_mem', '5MB', false)",
        "SELECT pg_try_advisory_lock(5)",
        "SELECT pg_backend_pid()",
        "SELECT inet_server_port()",
        "SELECT count(*) FROM pg_stat_activity",
        "SELECT count(*) FROM pg_catalog.pg_class",
        "SELECT count(*) FROM information_schema.tables",
        "SELECT pg_export_snapshot()",
        "SELECT pg_current_xact_id_if_assigned()",
        "SELECT last_value FROM t_id_seq",
        "SELECT pg_cancel_backend(-1)",
        "SHOW transaction_read_only",
        "SELECT current_setting('transaction_read_only')",
        "PREPARE p AS SELECT 1",
        "LISTEN a",
        "NOTIFY a",
        "CHECKPOINT",
        "ANALYZE t",
        "SET work_mem = '6MB'",
        "CREATE TEMP TABLE tmp (a int)",
        "SELECT 1 INTO TEMP tmp2",
        "DISCARD ALL",
        "SELECT no_such_function_yet() FROM t WHERE false AND 1 = 0 IS NULL LIMIT 0; SELECT 1"
      })
  void staysOnThePrimary(String sql) throws SQLException {
    String role;
    try {
      role = router.roleOf(connection, sql);
    } catch (SQLException e) {
      role = router.samples.stream().map(sample -> sample.role()).findFirst().orElse("nobody");
    }
    assertThat(role).isEqualTo("primary");
  }

  @ParameterizedTest
  @ValueSource(strings = {"later", "\"Later\""})
  void newTablesAreReadOnReplicasAfterTheirDdl(String table) throws SQLException {
    RouterFixture.execute(connection, "CREATE TABLE " + table + " (a int)");
    assertThat(RouterFixture.text(connection, "SELECT count(*) FROM " + table)).isEqualTo("0");
    dev.headroom.testing.Await.until(
        RouterFixture.BOUND,
        () -> router.roleOf(connection, "SELECT count(*) FROM " + table).equals("replica"));
  }
}
