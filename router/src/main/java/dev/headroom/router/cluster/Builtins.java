package dev.headroom.router.cluster;

import java.util.Set;

/**
 * PostgreSQL's own functions: those that mean the same on a replica.
 *
 * <p>Volatility alone does not tell: {@code random()} is volatile and harmless, {@code
 * pg_backend_pid()} is stable and means another backend. Whatever begins with {@code pg_} is kept
 * on the primary unless listed: such functions tell of, or act on, the server they run on.
 */
final class Builtins {
  private static final Set<String> HARMLESS_VOLATILE =
      Set.of(
          "random",
          "random_normal",
          "clock_timestamp",
          "timeofday",
          "gen_random_uuid",
          "uuidv4",
          "uuidv7",
          // TABLESAMPLE names its method as a function is called.
          "bernoulli",
          "system",
          "pg_sleep",
          "pg_sleep_for",
          "pg_sleep_until");

  private static final Set<String> HARMLESS_PG =
      Set.of(
          "pg_typeof",
          "pg_sleep",
          "pg_sleep_for",
          "pg_sleep_until",
          "pg_size_pretty",
          "pg_size_bytes",
          "pg_column_size",
          "pg_column_compression",
          "pg_input_is_valid",
          "pg_input_error_info",
          "pg_get_expr",
          "pg_get_viewdef",
          "pg_get_indexdef",
          "pg_get_constraintdef",
          "pg_get_functiondef",
          "pg_get_userbyid",
          "pg_table_is_visible",
          "pg_client_encoding",
          "pg_lsn",
          "pg_wal_lsn_diff",
          "pg_encoding_to_char",
          "pg_char_to_encoding",
          "pg_collation_for",
          "pg_get_keywords",
          "pg_timezone_names",
          "pg_timezone_abbrevs");

  /* Not volatile, but about the session or the server. */
  private static final Set<String> HARMFUL =
      Set.of(
          "current_setting",
          "inet_server_addr",
          "inet_server_port",
          "inet_client_addr",
          "inet_client_port",
          "txid_current",
          "txid_current_if_assigned",
          "txid_current_snapshot",
          "txid_status",
          "table_to_xml",
          "schema_to_xml",
          "database_to_xml",
          "table_to_xml_and_xmlschema",
          "schema_to_xml_and_xmlschema",
          "database_to_xml_and_xmlschema",
          "mxid_age",
          "row_security_active");

  private static final Set<String> RUNS_TEXT =
      Set.of("crosstab", "crosstabn", "connectby", "xpath_table");

  private Builtins() {}

  /** Why a call is not a read; empty when it is. */
  static String doubt(String name, boolean anyVolatile) {
    if (HARMFUL.contains(name)) {
      return "function " + name;
    }
    if (name.startsWith("pg_") && !HARMLESS_PG.contains(name)) {
      return "function " + name;
    }
    return anyVolatile && !HARMLESS_VOLATILE.contains(name) ? "volatile function " + name : "";
  }

  /** Functions of extensions, stable by their declaration, that run a query given as text. */
  static boolean runsText(String name) {
    return RUNS_TEXT.contains(name) || name.startsWith("crosstab") || name.startsWith("dblink");
  }
}
