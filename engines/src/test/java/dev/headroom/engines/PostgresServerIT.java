package dev.headroom.engines;

import static dev.headroom.engines.TestServers.ask;
import static dev.headroom.engines.TestServers.postgres;
import static dev.headroom.engines.TestServers.soonAnswers;
import static dev.headroom.engines.TestServers.standbyOf;
import static dev.headroom.engines.TestServers.tell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerIT {
  private final PostgresBinaries binaries = PostgresBinaries.unpack();
  private final PostgresSetup setup = new PostgresSetup(binaries);
  private final List<PostgresServer> servers = new ArrayList<>();

  @TempDir Path folder;

  private PostgresServer start(PostgresSettings settings) throws InterruptedException {
    PostgresServer server = PostgresServer.start(binaries, settings, ChildRegistry.NONE);
    servers.add(server);
    return server;
  }

  private PostgresServer startPrimary() throws InterruptedException {
    PostgresSettings settings = postgres(folder, "primary");
    setup.initialize(settings);
    return start(settings);
  }

  @AfterEach
  void stopAll() {
    servers.forEach(server -> server.stop(PostgresServer.Stop.IMMEDIATE));
  }

  @Test
  void servesWithWhatTheAdvisorNeeds() throws Exception {
    PostgresServer server = startPrimary();

    assertThat(server.check().isUp()).isTrue();
    assertThat(ask(server, "SHOW server_version")).startsWith("18.");
    assertThat(ask(server, "SHOW server_encoding")).isEqualTo("UTF8");
    assertThat(ask(server, "SHOW fsync")).isEqualTo("off");
    assertThat(ask(server, "SHOW compute_query_id")).isEqualTo("on");
    assertThat(ask(server, "SELECT upper('straße ä')")).isEqualTo("STRAßE Ä");
    tell(server, "CREATE EXTENSION pg_stat_statements");
    tell(server, "CREATE EXTENSION pg_trgm");
    assertThat(ask(server, "SELECT count(*) > 0 FROM pg_stat_statements")).isEqualTo("t");
    assertThat(PostgresProcesses.in(server.settings().dataDirectory())).hasSizeGreaterThan(3);
  }

  @Test
  void wantsThePassword() throws Exception {
    PostgresServer server = startPrimary();

    assertThatThrownBy(
            () -> DriverManager.getConnection(server.jdbcUrl("postgres"), "postgres", "wrong"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
  }

  @Test
  void keepsItsDataThroughStopAndKill() throws Exception {
    PostgresServer first = startPrimary();
    tell(first, "CREATE TABLE t AS SELECT 7 AS n");
    first.close();
    assertThat(first.isAlive()).isFalse();
    assertThat(PostgresProcesses.in(first.settings().dataDirectory())).isEmpty();

    PostgresServer second = start(first.settings());
    tell(second, "INSERT INTO t VALUES (8)");
    second.kill();
    assertThat(second.onExit().get()).isEqualTo(137);
    assertThat(PostgresProcesses.in(first.settings().dataDirectory())).isEmpty();
    assertThat(first.settings().dataDirectory().resolve("postmaster.pid")).exists();

    PostgresServer third = start(first.settings());
    assertThat(ask(third, "SELECT sum(n) FROM t")).isEqualTo("15");
  }

  @Test
  void endsOrphansOfAKilledPostmasterBeforeItStartsAgain() throws Exception {
    PostgresServer server = startPrimary();
    Path data = server.settings().dataDirectory();
    // A stopped child cannot notice that its postmaster is gone.
    ProcessId child =
        PostgresProcesses.in(data).stream()
            .filter(each -> each.pid() != server.pid())
            .findFirst()
            .orElseThrow();
    Signal.STOP.send(child);
    Signal.KILL.send(ProcessId.of(server.pid()).orElseThrow());
    server.onExit().get();
    assertThat(child.isAlive()).isTrue();

    PostgresServer again = start(server.settings());

    assertThat(child.isAlive()).isFalse();
    assertThat(ask(again, "SELECT 1")).isEqualTo("1");
  }

  @Test
  void refusesDataThatAnotherServerUses() throws Exception {
    PostgresServer server = startPrimary();

    assertThatThrownBy(() -> start(server.settings()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("in use by the PostgreSQL server with pid " + server.pid());
  }

  @Test
  void tellsTheLogWhenItDoesNotStart() throws Exception {
    PostgresSettings settings = postgres(folder, "primary");
    setup.initialize(settings);

    assertThatThrownBy(() -> start(settings.withExtra("shared_buffers", "nonsense")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("PostgreSQL primary ended at its start")
        .hasMessageContaining("invalid value for parameter \"shared_buffers\"");
  }

  @Test
  void takesNewParametersWithoutARestart() throws Exception {
    PostgresServer server = startPrimary();

    server.reconfigure(server.settings().withExtra("work_mem", "12345kB"));

    assertThat(soonAnswers(server, "SHOW work_mem", "12345kB")).isTrue();
  }

  @Test
  void coldCopiesStreamAndOneIsPromotedAndTheOtherFollows() throws Exception {
    PostgresSettings settings = postgres(folder, "primary");
    setup.initialize(settings);
    PostgresSettings one = standbyOf(settings, folder, "one");
    PostgresSettings two = standbyOf(settings, folder, "two");
    setup.copyStopped(settings, one);
    setup.copyStopped(settings, two);
    PostgresServer primary = start(settings);
    primary.ensureSlot("one");
    primary.ensureSlot("one");
    primary.ensureSlot("two");
    PostgresServer first = start(one);
    PostgresServer second = start(two);
    assertThat(first.isStandby()).isTrue();

    tell(primary, "CREATE TABLE t AS SELECT 1 AS n");
    assertThat(soonAnswers(first, "SELECT n FROM t", "1")).isTrue();
    assertThat(soonAnswers(second, "SELECT n FROM t", "1")).isTrue();

    primary.kill();
    first.promote();
    assertThat(first.isStandby()).isFalse();
    first.ensureSlot("two");
    second.follow(first.settings().asUpstreamOf("two"));
    tell(first, "UPDATE t SET n = 2");
    assertThat(soonAnswers(second, "SELECT n FROM t", "2")).isTrue();
  }

  @Test
  void clonesARunningPrimaryEvenOverTheRemainsOfAnother() throws Exception {
    PostgresServer primary = startPrimary();
    tell(primary, "CREATE TABLE t AS SELECT generate_series(1, 50000) AS n");
    PostgresSettings settings = standbyOf(primary.settings(), folder, "replica-1");
    setup.initialize(settings);
    Files.writeString(settings.dataDirectory().resolve("remains"), "of another server");

    setup.cloneFrom(primary, settings);
    tell(primary, "INSERT INTO t VALUES (0)");
    PostgresServer replica = start(settings);

    assertThat(soonAnswers(replica, "SELECT count(*) FROM t", "50001")).isTrue();
    assertThat(settings.dataDirectory().resolve("remains")).doesNotExist();
    assertThat(
            soonAnswers(
                primary,
                "SELECT application_name || state FROM pg_stat_replication",
                "replica_1streaming"))
        .isTrue();
    assertThat(ask(primary, "SELECT active FROM pg_replication_slots")).isEqualTo("t");
  }

  @Test
  void confirmsForSynchronousCommit() throws Exception {
    PostgresServer primary = startPrimary();
    PostgresSettings settings = standbyOf(primary.settings(), folder, "one");
    setup.cloneFrom(primary, settings);
    start(settings);
    primary.reconfigure(primary.settings().withExtra("synchronous_standby_names", "ANY 1 (one)"));
    assertThat(soonAnswers(primary, "SELECT sync_state FROM pg_stat_replication", "quorum"))
        .isTrue();

    tell(primary, "SET statement_timeout = '10s'; CREATE TABLE t (n int)");

    assertThat(ask(primary, "SELECT flush_lsn IS NOT NULL FROM pg_stat_replication"))
        .isEqualTo("t");
  }
}
