package dev.headroom.advisor.index;

import java.util.List;
import java.util.Locale;

/**
 * An index that could be made.
 *
 * @param table with its schema, quoted as need be
 * @param keys columns or expressions in parentheses, in their order
 * @param method {@code btree} or {@code gin}
 * @param predicate of a partial index; empty for one over all rows
 */
public record Candidate(String table, List<String> keys, String method, String predicate) {
  private static final int MAX_NAME = 63;

  public Candidate {
    keys = List.copyOf(keys);
  }

  static Candidate btree(String table, List<String> columns, String predicate) {
    return new Candidate(table, columns, "btree", predicate);
  }

  /** The same in every run; at most 63 bytes, as PostgreSQL cuts names. */
  public String name() {
    String plain = table.substring(table.lastIndexOf('.') + 1).replace("\"", "");
    String words = String.join("_", keys) + (predicate.isEmpty() ? "" : "_where_" + predicate);
    String name =
        (plain + "_" + words + "_hr")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9_]+", "_")
            .replaceAll("_+", "_");
    if (name.length() <= MAX_NAME) {
      return name;
    }
    String hash = Integer.toHexString((table + words).hashCode());
    return name.substring(0, MAX_NAME - hash.length() - 4) + "_" + hash + "_hr";
  }

  /** With {@code CONCURRENTLY} it locks nobody out, and cannot run in a transaction. */
  public String create(boolean concurrently) {
    return "CREATE INDEX %s%s ON %s %s(%s)%s"
        .formatted(
            concurrently ? "CONCURRENTLY IF NOT EXISTS " : "",
            name(),
            table,
            method.equals("btree") ? "" : "USING " + method + " ",
            String.join(", ", keys),
            predicate.isEmpty() ? "" : " WHERE " + predicate);
  }

  /** Where the table's schema is. */
  public String qualifiedName() {
    int dot = table.lastIndexOf('.');
    return dot < 0 ? name() : table.substring(0, dot + 1) + name();
  }

  /** Is everything that the other can look up found by this one as well? */
  boolean covers(Candidate other) {
    return table.equals(other.table)
        && method.equals(other.method)
        && predicate.equals(other.predicate)
        && keys.size() >= other.keys.size()
        && keys.subList(0, other.keys.size()).equals(other.keys);
  }
}
