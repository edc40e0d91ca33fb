package dev.headroom.runtime;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.engines.FreePorts;
import dev.headroom.engines.RedisBinaries;
import dev.headroom.engines.RedisServer;
import dev.headroom.engines.RedisSettings;
import dev.headroom.shards.ClusterSettings;
import dev.headroom.shards.NodeAddress;
import dev.headroom.shards.RedisCluster;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.RedisSpec;
import dev.headroom.spec.ScaledApp;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A Redis Cluster of processes on this machine: started, made one cluster, restarted when they die.
 * Thread-safe.
 */
public final class RedisRuntime implements Component, Reloadable<ScaledApp> {
  private static final Logger LOG = System.getLogger(RedisRuntime.class.getName());
  private static final Duration NODE_TIMEOUT = Duration.ofSeconds(2);

  private final ChildRegistry registry;
  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final RedisBinaries binaries;
  private final List<Node> nodes = new ArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private Optional<RedisCluster> cluster = Optional.empty();

  private static final class Node {
    final RedisSettings settings;
    final NodeAddress address;
    final Backoff backoff = new Backoff();
    volatile RedisServer server;
    volatile Optional<Thread> keeper = Optional.empty();

    Node(RedisSettings settings, RedisServer server) {
      this.settings = settings;
      this.address = new NodeAddress(settings.host(), settings.port());
      this.server = server;
    }
  }

  private RedisRuntime(ChildRegistry registry, TelemetryConsumer telemetry, TimeSource time) {
    this.registry = registry;
    this.telemetry = telemetry;
    this.time = time;
    this.binaries = RedisBinaries.find();
  }

  /**
   * Starts all nodes and returns once the cluster serves all slots; data of an earlier run is
   * found.
   *
   * @param data folder that holds a folder per node
   * @param logs folder of the nodes' logs
   * @param scheduler stays the caller's
   */
  public static RedisRuntime start(
      RedisSpec spec,
      Path data,
      Path logs,
      ChildRegistry registry,
      TelemetryConsumer telemetry,
      TimeSource time,
      ScheduledExecutorService scheduler)
      throws InterruptedException {
    RedisRuntime runtime = new RedisRuntime(registry, telemetry, time);
    try {
      int count = spec.shards() * (1 + spec.replicasPerShard());
      for (int i = 0; i < count; i++) {
        String name = "redis-" + i;
        RedisSettings settings =
            RedisSettings.of(
                    name, data.resolve(name), logs.resolve(name + ".log"), port(data, name))
                .withCluster(NODE_TIMEOUT)
                .withAppendOnly(true);
        runtime.nodes.add(
            new Node(settings, RedisServer.start(runtime.binaries, settings, registry)));
      }
      ClusterSettings cluster =
          ClusterSettings.of(
              runtime.nodes.stream().map(node -> node.address).toList(), spec.replicasPerShard());
      runtime.cluster = Optional.of(RedisCluster.form(cluster, telemetry, time, scheduler));
    } catch (RuntimeException | InterruptedException e) {
      runtime.close();
      throw e;
    }
    runtime.nodes.forEach(runtime::keep);
    return runtime;
  }

  /* Nodes know each other by address, so a second run takes the ports of the first while it can. */
  private static int port(Path data, String name) {
    Path file = data.resolve(name + ".port");
    try {
      if (Files.exists(file)) {
        int port = Integer.parseInt(Files.readString(file).strip());
        if (FreePorts.isFree(port) && FreePorts.isFree(port + 10_000)) {
          return port;
        }
      }
      int port = FreePorts.ofThisJvm().nextForRedis();
      Files.createDirectories(data);
      Files.writeString(file, port + "\n");
      return port;
    } catch (IOException e) {
      throw UserError.machine(file + " cannot be used: " + e.getMessage(), e);
    }
  }

  private void keep(Node node) {
    node.keeper =
        Optional.of(
            Thread.ofVirtual()
                .name("keep-" + node.settings.name())
                .start(
                    () -> {
                      try {
                        while (closing.getCount() > 0) {
                          untilDead(node);
                          if (closing.getCount() > 0) {
                            revive(node);
                          }
                        }
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
  }

  private static void untilDead(Node node) throws InterruptedException {
    try {
      node.server.onExit().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("no exit status of " + node.server, e);
    }
  }

  private void revive(Node node) throws InterruptedException {
    Instant died = time.now();
    event(true, node, "ended");
    // Its replica takes over first: a master that came back empty would empty its replicas.
    cluster.orElseThrow().processDied(node.address);
    Duration wait = node.backoff.after(Duration.between(node.server.startedAt(), died));
    if (closing.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
      return;
    }
    try {
      node.server = RedisServer.start(binaries, node.settings, registry);
      event(false, node, "is back");
    } catch (UserError e) {
      LOG.log(Level.WARNING, e.getMessage());
    }
  }

  private void event(boolean bad, Node node, String what) {
    String body = node.settings.name() + " " + what;
    LOG.log(bad ? Level.WARNING : Level.INFO, body);
    telemetry.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                bad ? LogRecord.WARN : LogRecord.INFO,
                Vocabulary.EVENT_REDIS,
                body,
                Attributes.of("headroom.redis.node", node.address.toString()))));
  }

  /** Where a client may begin, for {@code REDIS_URL}. */
  public String connectionUrl() {
    return cluster.orElseThrow().connectionUrl();
  }

  /** All nodes, for a client that takes several. */
  public List<String> connectionUrls() {
    return cluster.orElseThrow().connectionUrls();
  }

  /**
   * Shards and replicas cannot change while it runs.
   *
   * @throws UserError when they would
   */
  @Override
  public void apply(ScaledApp previous, ScaledApp next) {
    if (!previous.redis().equals(next.redis())) {
      throw UserError.usage(
          "spec.redis: cannot change while it runs (expected: as before); stop and start again");
    }
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public Health check() {
    return cluster.map(RedisCluster::check).orElseGet(() -> Health.down("not formed"));
  }

  @Override
  public void close() {
    closing.countDown();
    cluster.ifPresent(RedisCluster::close);
    nodes.forEach(node -> node.server.close());
    try {
      for (Node node : nodes) {
        if (node.keeper.isPresent()) {
          node.keeper.get().join(Duration.ofSeconds(10));
        }
        // One that was being revived just then.
        node.server.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
