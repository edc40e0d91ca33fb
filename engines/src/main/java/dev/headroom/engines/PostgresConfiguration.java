package dev.headroom.engines;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The text of {@code headroom.conf}, which postgresql.conf includes at its end. */
final class PostgresConfiguration {
  static final String FILE = "headroom.conf";

  private PostgresConfiguration() {}

  static String of(PostgresSettings settings) {
    Map<String, String> lines = new TreeMap<>(common());
    lines.put("listen_addresses", settings.host());
    lines.put("port", Integer.toString(settings.port()));
    lines.put("max_connections", Integer.toString(settings.maxConnections()));
    // PostgreSQL's smallest unit for this parameter is its page of 8 kB.
    lines.put("shared_buffers", settings.sharedBuffers().bytes() / 1024 + "kB");
    lines.put("cluster_name", settings.name());
    if (!settings.fsync()) {
      lines.put("fsync", "off");
      lines.put("full_page_writes", "off");
    }
    settings
        .upstream()
        .ifPresent(
            upstream -> {
              lines.put("primary_conninfo", upstream.connectionInfo());
              lines.put("primary_slot_name", upstream.slot());
            });
    lines.putAll(settings.extra());
    return lines.entrySet().stream()
        .map(line -> line.getKey() + " = " + quoted(line.getValue()) + "\n")
        .collect(Collectors.joining("", "# Written anew at every start; do not edit.\n", ""));
  }

  /* As src/backend/utils/misc/guc-file.l reads it. */
  private static String quoted(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
  }

  private static Map<String, String> common() {
    return Map.ofEntries(
        Map.entry("unix_socket_directories", ""),
        Map.entry("password_encryption", "scram-sha-256"),
        // Alike on all members, since any may become the primary; a standby refuses to start with
        // less than its primary had.
        Map.entry("wal_level", "replica"),
        Map.entry("max_wal_senders", "16"),
        Map.entry("max_replication_slots", "16"),
        Map.entry("max_worker_processes", "8"),
        Map.entry("max_prepared_transactions", "0"),
        Map.entry("max_locks_per_transaction", "64"),
        Map.entry("hot_standby", "on"),
        Map.entry("hot_standby_feedback", "on"),
        // Whole seconds, and 0 switches off the confirmations that synchronous commit waits for.
        Map.entry("wal_receiver_status_interval", "1s"),
        Map.entry("wal_retrieve_retry_interval", "200ms"),
        Map.entry("wal_receiver_timeout", "5s"),
        Map.entry("wal_sender_timeout", "10s"),
        // A dead standby's slot must not fill the disk: past this the standby is cloned anew.
        Map.entry("max_slot_wal_keep_size", "4GB"),
        Map.entry("shared_preload_libraries", "pg_stat_statements,auto_explain"),
        Map.entry("compute_query_id", "on"),
        Map.entry("track_io_timing", "on"),
        Map.entry("track_activity_query_size", "4kB"),
        // Loaded, and silent until somebody sets a duration.
        Map.entry("auto_explain.log_min_duration", "-1"),
        Map.entry("log_line_prefix", "%m [%p] %q%u@%d "),
        Map.entry("log_timezone", "UTC"),
        Map.entry("log_lock_waits", "on"),
        Map.entry("log_checkpoints", "off"),
        Map.entry("logging_collector", "off"));
  }
}
