package dev.headroom.shards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.Health;
import dev.headroom.base.TimeSource;
import dev.headroom.engines.RedisServer;
import dev.headroom.shards.RedisNode.Role;
import dev.headroom.shards.RedisNode.State;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Vocabulary;
import dev.headroom.testing.Await;
import dev.headroom.testing.RedisExtension;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A life of one cluster of six real servers: each test goes on where the one before ended. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RedisClusterIT {
  private static final String PASSWORD = "s3cret";
  private static final Duration SOON = Duration.ofSeconds(20);

  /* With a node timeout this long, a healing within seconds is not the cluster's own. */
  @RegisterExtension
  static final RedisExtension REDIS =
      RedisExtension.nodes(6)
          .with(
              each ->
                  each.withAppendOnly(true)
                      .withPassword(PASSWORD)
                      .withCluster(Duration.ofSeconds(15)));

  private static final List<Metric> METRICS = new CopyOnWriteArrayList<>();
  private static final List<LogRecord> EVENTS = new CopyOnWriteArrayList<>();
  // Made anew for a second try.
  private static ScheduledExecutorService scheduler;
  private static RedisCluster cluster;

  @BeforeAll
  static void form() throws InterruptedException {
    scheduler = Executors.newSingleThreadScheduledExecutor();
    cluster = formed();
  }

  @AfterAll
  static void close() {
    cluster.close();
    scheduler.shutdownNow();
  }

  @AfterEach
  void everythingIsUpAgain() {
    Await.until(SOON, () -> cluster.check().isUp());
  }

  @Test
  @Order(1)
  void sixEmptyServersBecomeThreeShards() {
    assertThat(cluster.check()).isEqualTo(Health.up());
    assertThat(cluster.nodes())
        .extracting(RedisNode::role)
        .containsExactly(
            Role.MASTER, Role.MASTER, Role.MASTER, Role.REPLICA, Role.REPLICA, Role.REPLICA);
    assertThat(cluster.nodes().subList(3, 6))
        .extracting(node -> node.master().orElseThrow())
        .containsExactlyElementsOf(addresses().subList(0, 3));
    try (Client client = new Client()) {
      for (int i = 0; i < 100; i++) {
        client.redis.set("key-" + i, "value-" + i);
        assertThat(client.redis.get("key-" + i)).isEqualTo("value-" + i);
      }
    }
  }

  @Test
  @Order(2)
  void aSecondStartFindsItsCluster() throws InterruptedException {
    List<RedisNode> before = cluster.nodes();
    cluster.close();
    long start = System.nanoTime();
    cluster = formed();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    assertThat(cluster.nodes()).isEqualTo(before);
  }

  @Test
  @Order(3)
  void tellsWhatItSees() {
    Await.until(
        SOON,
        () -> METRICS.stream().anyMatch(metric -> metric.name().equals(Vocabulary.REDIS_HITS)));

    Map<String, Double> keys = new ConcurrentHashMap<>();
    METRICS.stream()
        .filter(metric -> metric.name().equals(Vocabulary.REDIS_KEYS))
        .forEach(
            metric ->
                keys.put(
                    metric.attributes().text("headroom.redis.node").orElseThrow(),
                    ((Metric.Gauge) metric).value()));
    assertThat(keys).hasSize(6);
    assertThat(keys.values().stream().mapToDouble(each -> each).sum())
        .as("100 keys, each on a master and its replica")
        .isEqualTo(200);
    assertThat(METRICS)
        .filteredOn(metric -> metric.name().equals(Vocabulary.REDIS_NODE))
        .anySatisfy(
            metric ->
                assertThat(metric.attributes().toMap())
                    .containsEntry("headroom.redis.slots", "0-5460")
                    .containsEntry(Vocabulary.ROLE, "master")
                    .containsEntry(Vocabulary.STATE, "up"));
  }

  @Test
  @Order(4)
  void aKilledMasterIsReplacedWithinTwoSecondsAndWritesGoOn() throws Exception {
    try (Client client = new Client();
        Writer writer = new Writer(client)) {
      int victim = indexOf(Role.MASTER);
      NodeAddress address = addresses().get(victim);
      Await.until(SOON, () -> writer.acknowledged.size() > 200);

      REDIS.servers().get(victim).kill();
      long killed = System.nanoTime();
      cluster.processDied(address);
      Duration healed = Duration.ofNanos(System.nanoTime() - killed);
      Await.until(SOON, () -> writer.failedAndWorksAgainFor(100));

      assertThat(healed).isLessThan(Duration.ofSeconds(2));
      assertThat(writer.longestPause()).isLessThan(Duration.ofSeconds(6));
      assertThat(EVENTS)
          .anyMatch(
              event ->
                  event.eventName().equals(Vocabulary.EVENT_REDIS)
                      && event.body().contains("over from " + address));
      assertThat(cluster.check()).isInstanceOf(Health.Degraded.class);

      REDIS.restart(victim);
      Await.until(SOON, () -> node(address).role() == Role.REPLICA);
      Await.until(SOON, () -> node(address).state() == State.UP);
      writer.close();
      writer.assertNothingIsLost(client);
    }
    try (Client client = new Client()) {
      for (int i = 0; i < 100; i++) {
        assertThat(client.redis.get("key-" + i)).isEqualTo("value-" + i);
      }
    }
  }

  @Test
  @Order(5)
  void aKilledReplicaIsMissedAndComesBack() throws InterruptedException {
    int victim = indexOf(Role.REPLICA);
    NodeAddress address = addresses().get(victim);
    REDIS.servers().get(victim).kill();
    cluster.processDied(address);

    assertThat(node(address).state()).isEqualTo(State.DOWN);
    assertThat(cluster.check()).isInstanceOf(Health.Degraded.class);
    REDIS.restart(victim);
    Await.until(SOON, () -> node(address).state() == State.UP);
  }

  @Test
  @Order(6)
  void withoutAMajorityTheReplicasTakeOverAllTheSame() throws InterruptedException {
    List<Integer> victims = new ArrayList<>();
    for (int i = 0; i < 6 && victims.size() < 2; i++) {
      if (cluster.nodes().get(i).role() == Role.MASTER) {
        victims.add(i);
      }
    }
    victims.forEach(victim -> REDIS.servers().get(victim).kill());
    for (int victim : victims) {
      cluster.processDied(addresses().get(victim));
    }

    Await.until(SOON, () -> !(cluster.check() instanceof Health.Down));
    for (int victim : victims) {
      REDIS.restart(victim);
    }
    Await.until(SOON, () -> cluster.check().isUp());
    assertThat(cluster.nodes().stream().filter(node -> node.role() == Role.MASTER)).hasSize(3);
    try (Client client = new Client()) {
      for (int i = 0; i < 100; i++) {
        assertThat(client.redis.get("key-" + i)).isEqualTo("value-" + i);
      }
    }
  }

  private static RedisCluster formed() throws InterruptedException {
    return RedisCluster.form(
        ClusterSettings.of(addresses(), 1).withPassword(PASSWORD),
        batch -> {
          METRICS.addAll(batch.metrics());
          EVENTS.addAll(batch.logs());
        },
        TimeSource.system(),
        scheduler);
  }

  private static List<NodeAddress> addresses() {
    return REDIS.servers().stream()
        .map(RedisServer::settings)
        .map(settings -> new NodeAddress(settings.host(), settings.port()))
        .toList();
  }

  private static RedisNode node(NodeAddress address) {
    return cluster.nodes().stream()
        .filter(node -> node.address().equals(address))
        .findFirst()
        .orElseThrow();
  }

  private static int indexOf(Role role) {
    for (int i = 0; i < 6; i++) {
      if (cluster.nodes().get(i).role() == role) {
        return i;
      }
    }
    throw new AssertionError("no " + role);
  }

  /** A client of the application's kind. */
  private static final class Client implements AutoCloseable {
    final RedisClusterClient client;
    final StatefulRedisClusterConnection<String, String> connection;
    final io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands<String, String> redis;

    Client() {
      client =
          RedisClusterClient.create(
              cluster.connectionUrls().stream().map(RedisURI::create).toList());
      client.setOptions(
          ClusterClientOptions.builder()
              .topologyRefreshOptions(
                  ClusterTopologyRefreshOptions.builder()
                      .adaptiveRefreshTriggersTimeout(Duration.ofMillis(500))
                      .enablePeriodicRefresh(Duration.ofSeconds(1))
                      .build())
              .build());
      connection = client.connect();
      connection.setTimeout(Duration.ofMillis(500));
      redis = connection.sync();
    }

    @Override
    public void close() {
      connection.close();
      client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }
  }

  /** Writes one key after the other and remembers what was acknowledged. */
  private static final class Writer implements AutoCloseable {
    final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong since = new AtomicLong();
    private final AtomicLong longestPause = new AtomicLong();
    private final Thread thread;

    Writer(Client client) {
      thread = Thread.ofPlatform().name("writer").start(() -> write(client));
    }

    private void write(Client client) {
      long last = System.nanoTime();
      for (int i = 0; !stopped.get(); i++) {
        String key = "written-" + i;
        try {
          client.redis.set(key, "value-" + i);
          acknowledged.put(key, "value-" + i);
          since.incrementAndGet();
          long now = System.nanoTime();
          longestPause.accumulateAndGet(now - last, Math::max);
          last = now;
        } catch (RedisException e) {
          failures.incrementAndGet();
          since.set(0);
        }
      }
    }

    boolean failedAndWorksAgainFor(int writes) {
      return failures.get() > 0 && since.get() >= writes;
    }

    Duration longestPause() {
      return Duration.ofNanos(longestPause.get());
    }

    /* Replication is asynchronous: what the master acknowledged in its last moments may be gone. */
    void assertNothingIsLost(Client client) {
      long lost =
          acknowledged.entrySet().stream()
              .filter(each -> !each.getValue().equals(client.redis.get(each.getKey())))
              .count();
      assertThat(lost).as("of " + acknowledged.size() + " acknowledged").isLessThanOrEqualTo(2);
    }

    @Override
    public void close() {
      stopped.set(true);
      try {
        thread.join(5000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
