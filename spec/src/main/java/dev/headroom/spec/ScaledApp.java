package dev.headroom.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An application and what it needs to scale: the effective document, immutable, validated, with all
 * defaults filled in.
 *
 * @param name from {@code metadata.name}: a DNS label (RFC 1123)
 */
public record ScaledApp(
    String name,
    @Setting("The parts of the application, by name.") Map<String, ServiceSpec> services,
    @Setting(value = "Run once per release, before the rollout.") Optional<MigrateSpec> migrate,
    @Setting("HTTP in front of the application.") GatewaySpec gateway,
    @Setting("PostgreSQL in front of primary and replicas.") RouterSpec router,
    @Setting("Which PostgreSQL.") DatabaseSpec database,
    @Setting("Which Redis Cluster.") RedisSpec redis,
    @Setting("The machines that replicas are placed on.") NodesSpec nodes,
    @Setting("Telemetry and its retention.") ApmSpec apm,
    @Setting("Where alerts go, by name.") Map<String, ChannelSpec> channels,
    @Setting("What to be told about.") List<AlertSpec> alerts) {

  public static final String API_VERSION = "headroom.dev/v1alpha1";
  public static final String KIND = "ScaledApp";

  public ScaledApp {
    services = Ordered.copyOf(services);
    channels = Ordered.copyOf(channels);
    alerts = List.copyOf(alerts);
  }
}
