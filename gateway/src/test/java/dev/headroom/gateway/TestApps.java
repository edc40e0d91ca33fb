package dev.headroom.gateway;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.base.Percent;
import dev.headroom.spec.ApmSpec;
import dev.headroom.spec.CacheStoreSpec;
import dev.headroom.spec.CallerKind;
import dev.headroom.spec.DatabaseSpec;
import dev.headroom.spec.Documents;
import dev.headroom.spec.GatewaySpec;
import dev.headroom.spec.HealthSpec;
import dev.headroom.spec.NodesSpec;
import dev.headroom.spec.RedisSpec;
import dev.headroom.spec.ReplicasSpec;
import dev.headroom.spec.ResourcesSpec;
import dev.headroom.spec.RouterSpec;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import dev.headroom.spec.Source;
import dev.headroom.spec.TargetsSpec;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Documents with a gateway in them. */
final class TestApps {
  private TestApps() {}

  static final HealthSpec HEALTH =
      new HealthSpec("/healthz", Duration.ofMillis(100), Duration.ofSeconds(1), 1, 2);

  /** One service {@code web} that has all paths. */
  static ScaledApp app() {
    return app(0, Map.of("web", service(List.of("/**"))));
  }

  static ScaledApp app(int listen, Map<String, ServiceSpec> services) {
    Duration aDay = Duration.ofDays(1);
    return new ScaledApp(
        "test",
        services,
        Optional.empty(),
        gateway(listen),
        new RouterSpec(
            0, "127.0.0.1", RouterSpec.PoolSize.AUTO, Duration.ZERO, Duration.ZERO, Duration.ZERO),
        new DatabaseSpec(
            0, DatabaseSpec.Durability.REQUIRED, "app", "app", Optional.empty(), List.of()),
        new RedisSpec(0, 0, List.of()),
        new NodesSpec(1, 1, Percent.parse("0%").orElseThrow(), List.of()),
        new ApmSpec(
            0,
            0,
            0,
            0,
            "127.0.0.1",
            Optional.empty(),
            Optional.empty(),
            new ApmSpec.Retention(aDay, aDay, ByteSize.parse("1Gi").orElseThrow())),
        Map.of(),
        List.of());
  }

  static GatewaySpec gateway(int listen) {
    return new GatewaySpec(
        listen,
        "127.0.0.1",
        GatewaySpec.Balance.PEAK_EWMA,
        CallerKind.USER,
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        Duration.ofSeconds(30),
        new Percent(20),
        GatewaySpec.Concurrency.ADAPTIVE,
        new Percent(10),
        Optional.empty(),
        List.of(),
        List.of(),
        CacheStoreSpec.DEFAULT,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** One service {@code web} behind a gateway with these lines of YAML in its section. */
  static ScaledApp parsed(String gateway) {
    String document =
        """
        apiVersion: headroom.dev/v1alpha1
        kind: ScaledApp
        metadata: {name: test}
        spec:
          services:
            web:
              command: [web]
              port: 3000
              health: {interval: 100ms, fall: 2}
          gateway:
            listen: 0
            connectTimeout: 1s
        %s
        """
            .formatted(gateway.indent(4));
    return Documents.parse(List.of(new Source("test.yaml", document)));
  }

  static ServiceSpec service(List<String> paths, URI... endpoints) {
    return new ServiceSpec(
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(endpoints),
        OptionalInt.of(3000),
        paths,
        HEALTH,
        Map.of(),
        new ReplicasSpec(1, 1),
        new TargetsSpec(Optional.empty(), Optional.empty(), OptionalInt.empty()),
        new ResourcesSpec(Cpu.parse("500m").orElseThrow(), ByteSize.parse("64Mi").orElseThrow()),
        Duration.ofSeconds(1));
  }
}
