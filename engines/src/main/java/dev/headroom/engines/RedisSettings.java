package dev.headroom.engines;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One Redis server, alone or a node of a cluster.
 *
 * @param name what an operator calls it, for example {@code redis-3}
 * @param directory where it keeps nodes.conf and, if asked to, its data
 * @param logFile where its log is appended
 * @param host address to listen on and to announce
 * @param port to listen on; a cluster node also takes the one 10,000 higher
 * @param cluster empty for a server alone, else how long a node may be silent before the others
 *     call it failed
 * @param appendOnly whether writes survive the process
 * @param maxMemory bytes of data after which keys are evicted, least recently used first; 0 for no
 *     bound
 * @param password wanted from clients and between nodes; empty for none
 * @param extra more lines of redis.conf by name; they win over ours
 */
public record RedisSettings(
    String name,
    Path directory,
    Path logFile,
    String host,
    int port,
    Optional<Duration> cluster,
    boolean appendOnly,
    long maxMemory,
    Optional<String> password,
    Map<String, String> extra) {

  public RedisSettings {
    directory = directory.toAbsolutePath().normalize();
    logFile = logFile.toAbsolutePath().normalize();
    extra = Map.copyOf(extra);
  }

  /** A cache alone on 127.0.0.1, without password and bound, which forgets all when it stops. */
  public static RedisSettings of(String name, Path directory, Path logFile, int port) {
    return new RedisSettings(
        name,
        directory,
        logFile,
        "127.0.0.1",
        port,
        Optional.empty(),
        false,
        0,
        Optional.empty(),
        Map.of());
  }

  public RedisSettings withCluster(Duration nodeTimeout) {
    return with(Optional.of(nodeTimeout), appendOnly, maxMemory, password, extra);
  }

  public RedisSettings withAppendOnly(boolean value) {
    return with(cluster, value, maxMemory, password, extra);
  }

  public RedisSettings withMaxMemory(long bytes) {
    return with(cluster, appendOnly, bytes, password, extra);
  }

  public RedisSettings withPassword(String value) {
    return with(cluster, appendOnly, maxMemory, Optional.of(value), extra);
  }

  /** {@link #extra} with one more line. */
  public RedisSettings withExtra(String parameter, String value) {
    Map<String, String> more = new LinkedHashMap<>(extra);
    more.put(parameter, value);
    return with(cluster, appendOnly, maxMemory, password, more);
  }

  private RedisSettings with(
      Optional<Duration> cluster,
      boolean appendOnly,
      long maxMemory,
      Optional<String> password,
      Map<String, String> extra) {
    return new RedisSettings(
        name, directory, logFile, host, port, cluster, appendOnly, maxMemory, password, extra);
  }

  @Override
  public String toString() {
    return "redis %s on %s:%d in %s".formatted(name, host, port, directory);
  }
}
