package dev.headroom.engines;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The text of {@code redis.conf}. */
final class RedisConfiguration {
  static final String FILE = "redis.conf";

  private RedisConfiguration() {}

  static String of(RedisSettings settings) {
    Map<String, String> lines = new TreeMap<>();
    lines.put("bind", settings.host());
    lines.put("port", Integer.toString(settings.port()));
    lines.put("dir", settings.directory().toString());
    lines.put("daemonize", "no");
    lines.put("save", "");
    lines.put("appendonly", settings.appendOnly() ? "yes" : "no");
    lines.put("maxmemory", Long.toString(settings.maxMemory()));
    lines.put("maxmemory-policy", settings.maxMemory() > 0 ? "allkeys-lru" : "noeviction");
    lines.put("tcp-keepalive", "60");
    settings
        .password()
        .ifPresent(
            password -> {
              lines.put("requirepass", password);
              lines.put("masterauth", password);
            });
    settings
        .cluster()
        .ifPresent(
            nodeTimeout -> {
              lines.put("cluster-enabled", "yes");
              lines.put("cluster-config-file", "nodes.conf");
              lines.put("cluster-node-timeout", Long.toString(nodeTimeout.toMillis()));
              lines.put("cluster-announce-ip", settings.host());
              lines.put("cluster-announce-port", Integer.toString(settings.port()));
              lines.put(
                  "cluster-announce-bus-port",
                  Integer.toString(settings.port() + FreePorts.REDIS_BUS_OFFSET));
              // A cache serves the shards it has rather than none.
              lines.put("cluster-require-full-coverage", "no");
            });
    lines.putAll(settings.extra());
    return lines.entrySet().stream()
        .map(line -> line.getKey() + " " + quoted(line.getValue()) + "\n")
        .collect(Collectors.joining());
  }

  /* As sdssplitargs in Redis's src/sds.c reads it. */
  private static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
