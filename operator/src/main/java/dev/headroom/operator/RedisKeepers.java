package dev.headroom.operator;

import dev.headroom.base.TimeSource;
import dev.headroom.shards.NodeAddress;
import dev.headroom.signals.OtlpExporter;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;

/** A {@link RedisKeeper} per application; what they measure goes to its server. Thread-safe. */
final class RedisKeepers implements AutoCloseable {
  private final TimeSource time;
  private final ScheduledExecutorService scheduler;
  private final Map<String, Kept> kept = new HashMap<>();

  private record Kept(RedisKeeper keeper, OtlpExporter exporter) {
    void close() {
      keeper.close();
      exporter.close();
    }
  }

  RedisKeepers(TimeSource time, ScheduledExecutorService scheduler) {
    this.time = time;
    this.scheduler = scheduler;
  }

  /** Looks after an application's Redis, and says how it is. */
  synchronized Finding tend(Application app, List<Pod> pods) {
    Kept here = kept.computeIfAbsent(key(app.id()), key -> start(app, key));
    List<NodeAddress> addresses =
        pods.stream()
            .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
            .filter(pod -> pod.getStatus() != null && pod.getStatus().getPodIP() != null)
            .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
            .map(pod -> new NodeAddress(pod.getStatus().getPodIP(), RedisObjects.PORT))
            .toList();
    here.keeper.tend(
        addresses,
        RedisObjects.nodes(app.document().redis()),
        app.document().redis().replicasPerShard());
    return here.keeper.finding();
  }

  private Kept start(Application app, String key) {
    OtlpExporter exporter =
        OtlpExporter.start(
            URI.create(
                "http://%s.%s:%d"
                    .formatted(
                        app.id().nameOf(RoleObjects.SERVER),
                        app.id().namespace(),
                        RoleDocument.HTTP_PORT)),
            time,
            new SecureRandom());
    return new Kept(new RedisKeeper(key, exporter, time, scheduler), exporter);
  }

  synchronized void forget(AppIdentity id) {
    Kept here = kept.remove(key(id));
    if (here != null) {
      here.close();
    }
  }

  private static String key(AppIdentity id) {
    return id.namespace() + "/" + id.name();
  }

  @Override
  public synchronized void close() {
    kept.values().forEach(Kept::close);
    kept.clear();
  }
}
