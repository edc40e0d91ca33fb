package dev.headroom.autoscaler;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.base.Percent;
import dev.headroom.spec.ApmSpec;
import dev.headroom.spec.DatabaseSpec;
import dev.headroom.spec.GatewaySpec;
import dev.headroom.spec.HealthSpec;
import dev.headroom.spec.NodesSpec;
import dev.headroom.spec.RedisSpec;
import dev.headroom.spec.ReplicasSpec;
import dev.headroom.spec.ResourcesSpec;
import dev.headroom.spec.RouterSpec;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import dev.headroom.spec.TargetsSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Documents for tests: what the autoscaler reads of them varies, the rest is as by default. */
final class Apps {
  private Apps() {}

  static ScaledApp app(Map<String, ServiceSpec> services, NodesSpec nodes) {
    return new ScaledApp(
        "tracker",
        services,
        Optional.empty(),
        GatewaySpec.listening("127.0.0.1", 0),
        new RouterSpec(
            0,
            "127.0.0.1",
            RouterSpec.PoolSize.AUTO,
            Duration.ofSeconds(10),
            Duration.ZERO,
            Duration.ofSeconds(10)),
        new DatabaseSpec(
            4, DatabaseSpec.Durability.REQUIRED, "app", "app", Optional.empty(), List.of()),
        new RedisSpec(3, 1, List.of()),
        nodes,
        new ApmSpec(
            0,
            0,
            0,
            0,
            "127.0.0.1",
            Optional.empty(),
            Optional.empty(),
            new ApmSpec.Retention(
                Duration.ofDays(3), Duration.ofDays(30), ByteSize.mebibytes(1024))),
        Map.of(),
        List.of());
  }

  static ServiceSpec service(int min, int max, TargetsSpec targets, String cpu, String memory) {
    return new ServiceSpec(
        Optional.empty(),
        Optional.empty(),
        List.of("server"),
        List.of(),
        OptionalInt.of(3000),
        List.of("/**"),
        new HealthSpec("/healthz", Duration.ofSeconds(2), Duration.ofSeconds(1), 1, 3),
        Map.of(),
        new ReplicasSpec(min, max),
        targets,
        new ResourcesSpec(Cpu.parse(cpu).orElseThrow(), ByteSize.parse(memory).orElseThrow()),
        Duration.ofSeconds(15));
  }

  /** Without a port. */
  static ServiceSpec worker(int min, int max) {
    ServiceSpec server = service(min, max, noTargets(), "100m", "128Mi");
    return new ServiceSpec(
        server.image(),
        server.deploymentRef(),
        server.command(),
        server.endpoints(),
        OptionalInt.empty(),
        List.of(),
        server.health(),
        server.env(),
        server.replicas(),
        server.targets(),
        server.resources(),
        server.stopGrace());
  }

  static ServiceSpec with(ServiceSpec service, ResourcesSpec resources) {
    return new ServiceSpec(
        service.image(),
        service.deploymentRef(),
        service.command(),
        service.endpoints(),
        service.port(),
        service.paths(),
        service.health(),
        service.env(),
        service.replicas(),
        service.targets(),
        resources,
        service.stopGrace());
  }

  static TargetsSpec targets(OptionalInt cpuPercent, OptionalInt inFlight) {
    return new TargetsSpec(
        Optional.empty(),
        cpuPercent.isPresent() ? Optional.of(new Percent(cpuPercent.getAsInt())) : Optional.empty(),
        inFlight);
  }

  static TargetsSpec noTargets() {
    return targets(OptionalInt.empty(), OptionalInt.empty());
  }

  static NodesSpec nodes(int min, int max, String... families) {
    return nodes(min, max, 0, families);
  }

  /** With a share of spot capacity, given back after 30 s. */
  static NodesSpec nodes(int min, int max, int spotPercent, String... families) {
    return new NodesSpec(
        min,
        max,
        new Percent(spotPercent),
        List.of(families),
        NodesSpec.ConsolidationPolicy.WHEN_EMPTY_OR_UNDERUTILIZED,
        Duration.ofSeconds(30));
  }
}
