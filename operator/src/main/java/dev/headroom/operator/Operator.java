package dev.headroom.operator;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.TimeSource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.RegisteredController;
import io.javaoperatorsdk.operator.processing.event.rate.LinearRateLimiter;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Watches every {@code ScaledApp} of a cluster and carries it out. */
public final class Operator implements Component {
  private static final Duration LOOK_AT_LEAST_EVERY = Duration.ofMinutes(1);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

  private final io.javaoperatorsdk.operator.Operator sdk;
  private final RegisteredController<ScaledAppResource> controller;
  private final RedisKeepers redis;
  private final ScheduledExecutorService scheduler;

  private Operator(
      io.javaoperatorsdk.operator.Operator sdk,
      RegisteredController<ScaledAppResource> controller,
      RedisKeepers redis,
      ScheduledExecutorService scheduler) {
    this.sdk = sdk;
    this.controller = controller;
    this.redis = redis;
    this.scheduler = scheduler;
  }

  /**
   * Begins to watch.
   *
   * @param connection stays the caller's
   */
  public static Operator start(
      ClusterConnection connection, OperatorSettings settings, TimeSource time) {
    return start(connection.client(), settings, time);
  }

  static Operator start(KubernetesClient client, OperatorSettings settings, TimeSource time) {
    ScheduledExecutorService scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("operator-redis").factory());
    RedisKeepers redis = new RedisKeepers(time, scheduler);
    Discovery discovery = new Discovery(client, settings.namespace(), time);
    ScaledAppReconciler reconciler =
        new ScaledAppReconciler(
            settings,
            new ClusterObjects(client),
            new ClusterLook(client, discovery),
            discovery,
            redis,
            time);
    var sdk =
        new io.javaoperatorsdk.operator.Operator(
            override ->
                override
                    .withKubernetesClient(client)
                    .withCloseClientOnStop(false)
                    .withReconciliationTerminationTimeout(STOP_WITHIN));
    RegisteredController<ScaledAppResource> controller =
        sdk.register(
            reconciler,
            override ->
                override
                    .withName(ClusterObjects.FIELD_MANAGER)
                    .withReconciliationMaxInterval(LOOK_AT_LEAST_EVERY)
                    .withRateLimiter(new LinearRateLimiter(Duration.ofSeconds(1), 3)));
    Operator operator = new Operator(sdk, controller, redis, scheduler);
    try {
      sdk.start();
    } catch (RuntimeException e) {
      operator.close();
      throw e;
    }
    return operator;
  }

  @Override
  public String name() {
    return "operator";
  }

  @Override
  public Health check() {
    var unhealthy = controller.getControllerHealthInfo().unhealthyEventSources().keySet();
    return unhealthy.isEmpty()
        ? Health.up()
        : Health.degraded("not watching: " + String.join(", ", unhealthy));
  }

  @Override
  public void close() {
    sdk.stop();
    redis.close();
    scheduler.shutdownNow();
  }
}
