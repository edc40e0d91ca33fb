package dev.headroom.spec;

import java.util.List;

/** Keys that mean nothing beside others: writing them is refused, printing leaves them out. */
final class Moot {
  private Moot() {}

  static List<String> keys(Record section) {
    return switch (section) {
      case ServiceSpec service when !service.isServer() -> List.of("paths", "health");
      case DatabaseSpec database when database.isExternal() ->
          List.of("replicas", "durability", "name", "user", "storage");
      case GatewaySpec gateway when gateway.balance() != GatewaySpec.Balance.HASH ->
          List.of("hashKey");
      case RedisSpec redis when !redis.nodes().isEmpty() -> List.of("shards", "replicasPerShard");
      default -> List.of();
    };
  }
}
