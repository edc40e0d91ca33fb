package dev.headroom.advisor.live;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which indexes are used, on all servers together, and which say the same. */
public record IndexUse(List<Unused> unused, List<Duplicate> duplicates, Duration counted) {

  public IndexUse {
    unused = List.copyOf(unused);
    duplicates = List.copyOf(duplicates);
  }

  /**
   * An index that no server has scanned since its counters were reset.
   *
   * @param name with its schema
   */
  public record Unused(String name, String table, String definition, long bytes, long writes) {}

  /** Two valid indexes with the same keys, or one whose keys the other begins with. */
  public record Duplicate(
      String name, String definition, String keptName, String keptDefinition, long bytes) {}

  private static final String USE =
      """
      SELECT quote_ident(s.schemaname) || '.' || quote_ident(s.indexrelname), s.idx_scan,
             quote_ident(s.schemaname) || '.' || quote_ident(s.relname),
             pg_get_indexdef(s.indexrelid), pg_relation_size(s.indexrelid),
             (SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables t WHERE t.relid = s.relid)
      FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
      WHERE NOT i.indisunique AND i.indisvalid AND NOT i.indisreplident AND NOT i.indisclustered
        AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = s.indexrelid)
      ORDER BY 1
      """;

  private static final String SAME =
      """
      WITH keys AS (
        SELECT i.*, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
               (SELECT string_agg(pg_get_indexdef(i.indexrelid, k, false) || ' ' || i.indoption[k - 1]
                                  || ' ' || i.indclass[k - 1] || ' ' || i.indcollation[k - 1], ',' ORDER BY k)
                FROM generate_series(1, i.indnkeyatts) k) || ',' AS list,
               coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS predicate
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_am m ON m.oid = c.relam
        WHERE i.indisvalid AND m.amname = 'btree' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema')
      SELECT a.name, pg_get_indexdef(a.indexrelid), b.name, pg_get_indexdef(b.indexrelid), pg_relation_size(a.indexrelid)
      FROM keys a JOIN keys b ON a.indrelid = b.indrelid AND a.indexrelid <> b.indexrelid
        AND a.predicate = b.predicate AND a.indnatts = a.indnkeyatts
        AND starts_with(b.list, a.list)
        AND (a.list <> b.list OR a.indexrelid > b.indexrelid OR b.indisunique)
      WHERE NOT a.indisunique AND NOT a.indisreplident
      ORDER BY a.name, b.name
      """;

  /** Reads the counters of the primary, which is first, and of its replicas. */
  public static IndexUse read(List<Connection> servers) throws SQLException {
    Map<String, Unused> unused = new LinkedHashMap<>();
    List<String> scanned = new ArrayList<>();
    Duration counted = Duration.ofDays(36_500);
    boolean primary = true;
    for (Connection server : servers) {
      try (Statement statement = server.createStatement();
          ResultSet row = statement.executeQuery(USE)) {
        while (row.next()) {
          if (row.getLong(2) > 0) {
            scanned.add(row.getString(1));
          } else if (primary) {
            unused.put(
                row.getString(1),
                new Unused(
                    row.getString(1),
                    row.getString(3),
                    row.getString(4),
                    row.getLong(5),
                    row.getLong(6)));
          }
        }
      }
      primary = false;
      Duration here = counted(server);
      counted = here.compareTo(counted) < 0 ? here : counted;
    }
    scanned.forEach(unused::remove);
    List<Duplicate> duplicates = duplicates(servers.getFirst());
    duplicates.forEach(each -> unused.remove(each.name()));
    return new IndexUse(List.copyOf(unused.values()), duplicates, counted);
  }

  private static Duration counted(Connection server) throws SQLException {
    try (Statement statement = server.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT extract(epoch FROM now() - coalesce(stats_reset,"
                    + " pg_postmaster_start_time())) FROM pg_stat_database WHERE datname ="
                    + " current_database()")) {
      return row.next() ? Duration.ofSeconds((long) row.getDouble(1)) : Duration.ZERO;
    }
  }

  private static List<Duplicate> duplicates(Connection server) throws SQLException {
    Map<String, Duplicate> found = new LinkedHashMap<>();
    try (Statement statement = server.createStatement();
        ResultSet row = statement.executeQuery(SAME)) {
      while (row.next()) {
        found.putIfAbsent(
            row.getString(1),
            new Duplicate(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getLong(5)));
      }
    }
    return List.copyOf(found.values());
  }
}
