package dev.headroom.shards;

import java.util.HashMap;
import java.util.Map;

/** What a node says of itself: the answers to {@code INFO} and {@code CLUSTER INFO}. */
record ServerInfo(Map<String, String> fields) {

  ServerInfo {
    fields = Map.copyOf(fields);
  }

  static ServerInfo parse(String... answers) {
    Map<String, String> fields = new HashMap<>();
    for (String answer : answers) {
      answer
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(
              line -> {
                int colon = line.indexOf(':');
                if (colon > 0) {
                  fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
                }
              });
    }
    return new ServerInfo(fields);
  }

  private long number(String field) {
    return Long.parseLong(fields.getOrDefault(field, "0"));
  }

  long hits() {
    return number("keyspace_hits");
  }

  long misses() {
    return number("keyspace_misses");
  }

  long usedMemory() {
    return number("used_memory");
  }

  /** What it may use for data; 0: no limit. */
  long maxMemory() {
    return number("maxmemory");
  }

  /** A cluster has database 0 only: {@code db0:keys=5,expires=0,avg_ttl=0}. */
  long keys() {
    String database = fields.getOrDefault("db0", "keys=0,");
    return Long.parseLong(database.substring(database.indexOf('=') + 1, database.indexOf(',')));
  }

  /** How far it has taken in its master's writes. */
  long replicationOffset() {
    return fields.containsKey("slave_repl_offset")
        ? number("slave_repl_offset")
        : number("master_repl_offset");
  }

  /** A replica that hears its master, or a master. */
  boolean isLinkedToMaster() {
    return !fields.getOrDefault("role", "").equals("slave")
        || fields.getOrDefault("master_link_status", "").equals("up");
  }

  boolean isLoading() {
    return number("loading") == 1;
  }

  /** Every slot has an owner that answers, as this node sees it. */
  boolean isClusterComplete() {
    return fields.getOrDefault("cluster_state", "").equals("ok")
        && number("cluster_slots_ok") == SlotRange.ALL;
  }

  /** {@code CLUSTER ADDSLOTSRANGE} came with Redis 7.0. */
  boolean takesSlotRanges() {
    String version = fields.getOrDefault("redis_version", "0.");
    return Integer.parseInt(version.substring(0, version.indexOf('.'))) >= 7;
  }
}
