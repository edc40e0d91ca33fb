package dev.headroom.operator;

/**
 * What every application of a cluster has in common.
 *
 * @param image of Headroom, for gateway, router and server
 * @param redisImage of a Redis 7 or newer, or of Valkey
 * @param clusterName of EKS; empty: no nodes are planned
 * @param namespace where the operator itself runs
 */
public record OperatorSettings(
    String image, String redisImage, String clusterName, String namespace) {

  /** Redis whose licence and cluster protocol both fit: hostnames are announced since 7.0. */
  public static final String DEFAULT_REDIS_IMAGE = "docker.io/valkey/valkey:8.1";
}
