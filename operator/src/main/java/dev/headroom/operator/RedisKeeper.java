package dev.headroom.operator;

import dev.headroom.base.Health;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.shards.ClusterSettings;
import dev.headroom.shards.NodeAddress;
import dev.headroom.shards.RedisCluster;
import dev.headroom.signals.TelemetryConsumer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes one Redis Cluster of an application's pods and keeps it one. A pod that comes back has
 * another address: the cluster is then formed anew with the addresses of now, which for nodes that
 * are members already means that they meet again. Thread-safe.
 */
final class RedisKeeper implements AutoCloseable {
  private static final Logger LOG = System.getLogger(RedisKeeper.class.getName());
  private static final Duration FORM_WITHIN = Duration.ofSeconds(60);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

  private final String app;
  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final ScheduledExecutorService scheduler;

  private final ReentrantLock busy = new ReentrantLock();
  private List<NodeAddress> wanted = List.of();
  private List<NodeAddress> formedOf = List.of();
  private @Nullable RedisCluster cluster;
  private boolean closed;
  // Told at once; carried out when it is its turn.
  private volatile List<NodeAddress> asked = List.of();
  private volatile Finding finding =
      Finding.pending(Finding.REDIS, "Starting", "no node has an address yet");

  RedisKeeper(
      String app,
      TelemetryConsumer telemetry,
      TimeSource time,
      ScheduledExecutorService scheduler) {
    this.app = app;
    this.telemetry = telemetry;
    this.time = time;
    this.scheduler = scheduler;
  }

  /**
   * The addresses of now; forms the cluster, beside the caller, when all {@code nodes} have one.
   */
  void tend(List<NodeAddress> addresses, int nodes, int replicasPerShard) {
    List<NodeAddress> now = addresses.stream().sorted().toList();
    if (!now.equals(asked)) {
      asked = now;
      finding =
          now.size() == nodes
              ? Finding.pending(Finding.REDIS, "Forming", nodes + " nodes become one cluster")
              : Finding.pending(
                  Finding.REDIS, "Starting", "%d of %d nodes run".formatted(now.size(), nodes));
    }
    Thread.ofVirtual()
        .name("redis-keeper-" + app)
        .start(
            () -> {
              busy.lock();
              try {
                carryOut(now, nodes, replicasPerShard);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                busy.unlock();
              }
            });
  }

  private void carryOut(List<NodeAddress> now, int nodes, int replicasPerShard)
      throws InterruptedException {
    if (closed || (now.equals(wanted) && (cluster != null || now.size() != nodes))) {
      return;
    }
    RedisCluster running = cluster;
    if (running != null) {
      // An address that is no pod's any more is of a process that is dead, for certain.
      for (NodeAddress gone : wanted.stream().filter(address -> !now.contains(address)).toList()) {
        running.processDied(gone);
      }
    }
    wanted = now;
    if (now.size() != nodes || now.equals(formedOf)) {
      return;
    }
    drop();
    form(now, replicasPerShard);
  }

  private void form(List<NodeAddress> now, int replicasPerShard) throws InterruptedException {
    ClusterSettings settings =
        new ClusterSettings(now, replicasPerShard, Optional.empty(), FORM_WITHIN, LOOK_EVERY);
    try {
      cluster = RedisCluster.form(settings, telemetry, time, scheduler);
      formedOf = now;
      LOG.log(Level.INFO, "{0}: Redis Cluster of {1} nodes", app, now.size());
    } catch (UserError e) {
      // Tried again with the next look at the resource.
      finding = Finding.bad(Finding.REDIS, "NotFormed", e.getMessage());
    }
  }

  Finding finding() {
    if (!busy.tryLock()) {
      return finding;
    }
    try {
      RedisCluster running = cluster;
      if (running == null || !asked.equals(formedOf)) {
        return finding;
      }
      return switch (running.check()) {
        case Health.Up _ ->
            Finding.good(Finding.REDIS, "Running", wanted.size() + " nodes, all slots served");
        case Health.Degraded(String reason) -> Finding.pending(Finding.REDIS, "Degraded", reason);
        case Health.Down(String reason) -> Finding.bad(Finding.REDIS, "Down", reason);
      };
    } finally {
      busy.unlock();
    }
  }

  private void drop() {
    RedisCluster running = cluster;
    cluster = null;
    formedOf = List.of();
    if (running != null) {
      running.close();
    }
  }

  @Override
  public void close() {
    busy.lock();
    try {
      closed = true;
      drop();
    } finally {
      busy.unlock();
    }
  }
}
