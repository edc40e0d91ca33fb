package dev.headroom.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Health;
import dev.headroom.base.TimeSource;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.spec.DatabaseSpec;
import dev.headroom.testing.Await;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseClusterIT {
  private static final Duration HEALED = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private Optional<DatabaseCluster> running = Optional.empty();

  @AfterEach
  void stop() {
    running.ifPresent(DatabaseCluster::close);
  }

  @Test
  void replicasStreamAndASecondStartFindsItsData() throws Exception {
    DatabaseCluster cluster = start(4);
    Await.until(HEALED, () -> streaming(cluster) == 4);
    execute(cluster, "CREATE TABLE kept (id bigint PRIMARY KEY)");
    execute(cluster, "INSERT INTO kept VALUES (42)");
    assertThat(cluster.check()).isEqualTo(Health.up());
    cluster.close();

    DatabaseCluster second = start(4);
    assertThat(ids(second)).containsExactly(42L);
    Await.until(HEALED, () -> streaming(second) == 4);
    assertThat(query(second, "SHOW shared_preload_libraries"))
        .containsExactly("pg_stat_statements,auto_explain");
    assertThat(query(second, "SELECT count(*) FROM pg_stat_statements")).isNotEmpty();
  }

  @Test
  void aKilledPrimaryIsReplacedAndNoAcknowledgedWriteIsLost() throws Exception {
    DatabaseCluster cluster = start(2);
    execute(cluster, "CREATE TABLE kept (id bigint PRIMARY KEY)");
    ConcurrentLinkedQueue<Long> acknowledged = new ConcurrentLinkedQueue<>();
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong next = new AtomicLong();
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      writers.add(Thread.ofVirtual().start(() -> write(cluster, next, acknowledged, done)));
    }
    Await.until(HEALED, () -> acknowledged.size() > 200);
    DatabaseMember old = primary(cluster);

    ProcessHandle.of(cluster.pidOf(old.name()).orElseThrow()).orElseThrow().destroyForcibly();
    long killed = System.nanoTime();
    Await.until(HEALED, () -> !primary(cluster).name().equals(old.name()));
    int before = acknowledged.size();
    Await.until(HEALED, () -> acknowledged.size() > before + 50);
    Duration outage = Duration.ofNanos(System.nanoTime() - killed);
    Await.until(HEALED, () -> streaming(cluster) == 2);
    done.set(true);
    for (Thread writer : writers) {
      writer.join();
    }

    assertThat(outage).isLessThan(Duration.ofSeconds(10));
    Set<Long> kept = new HashSet<>(ids(cluster));
    assertThat(acknowledged).allMatch(kept::contains);
    Await.until(HEALED, () -> cluster.check().isUp());
    System.out.printf("writes resumed after %d ms%n", outage.toMillis());
  }

  @Test
  void aKilledReplicaComesBack() throws Exception {
    DatabaseCluster cluster = start(2);
    Await.until(HEALED, () -> streaming(cluster) == 2);

    ProcessHandle.of(cluster.pidOf("pg-1").orElseThrow()).orElseThrow().destroyForcibly();

    Await.until(HEALED, () -> !cluster.check().isUp());
    Await.until(HEALED, () -> cluster.check().isUp() && streaming(cluster) == 2);
    execute(cluster, "CREATE TABLE after_that (id bigint)");
  }

  @Test
  void withoutReplicasThePrimaryIsRestartedInPlace() throws Exception {
    DatabaseCluster cluster = start(0);
    execute(cluster, "CREATE TABLE kept (id bigint PRIMARY KEY)");
    execute(cluster, "INSERT INTO kept VALUES (7)");

    ProcessHandle.of(cluster.pidOf("pg-0").orElseThrow()).orElseThrow().destroyForcibly();

    Await.until(
        HEALED,
        () -> {
          try {
            return ids(cluster).equals(List.of(7L));
          } catch (SQLException e) {
            return false;
          }
        });
    assertThat(primary(cluster).name()).isEqualTo("pg-0");
  }

  private static void write(
      DatabaseCluster cluster,
      AtomicLong next,
      ConcurrentLinkedQueue<Long> acknowledged,
      AtomicBoolean done) {
    while (!done.get()) {
      try (Connection connection = connect(cluster);
          Statement statement = connection.createStatement()) {
        while (!done.get()) {
          long id = next.incrementAndGet();
          statement.execute("INSERT INTO kept VALUES (" + id + ")");
          acknowledged.add(id);
        }
      } catch (SQLException e) {
        // The primary is gone: whoever is the primary next will do.
        LockSupport.parkNanos(20_000_000);
      }
    }
  }

  private DatabaseCluster start(int replicas) throws InterruptedException {
    DatabaseCluster cluster =
        DatabaseCluster.start(
            new DatabaseSettings(
                new DatabaseSpec(
                    replicas,
                    DatabaseSpec.Durability.REQUIRED,
                    "app",
                    "app",
                    Optional.empty(),
                    List.of()),
                folder.resolve("postgres"),
                folder.resolve("logs"),
                folder.resolve("secrets"),
                false,
                ByteSize.mebibytes(32),
                ByteSize.mebibytes(16),
                60),
            ChildRegistry.NONE,
            members -> {},
            telemetry -> {},
            TimeSource.system());
    running = Optional.of(cluster);
    return cluster;
  }

  private static DatabaseMember primary(DatabaseCluster cluster) {
    return cluster.members().stream()
        .filter(member -> member.role() == DatabaseMember.Role.PRIMARY)
        .findFirst()
        .orElseThrow();
  }

  private static int streaming(DatabaseCluster cluster) throws SQLException {
    return query(
            cluster, "SELECT application_name FROM pg_stat_replication WHERE state = 'streaming'")
        .size();
  }

  private static List<Long> ids(DatabaseCluster cluster) throws SQLException {
    return query(cluster, "SELECT id FROM kept").stream().map(Long::parseLong).toList();
  }

  private static void execute(DatabaseCluster cluster, String sql) throws SQLException {
    try (Connection connection = connect(cluster);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> query(DatabaseCluster cluster, String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Connection connection = connect(cluster);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }

  private static Connection connect(DatabaseCluster cluster) throws SQLException {
    return DriverManager.getConnection(
        cluster.primaryAccess().jdbcUrl() + "&connectTimeout=2&socketTimeout=15");
  }
}
