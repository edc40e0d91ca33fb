package dev.headroom.router.statement;

import java.util.Optional;

/** Where a client wants its statements to go. */
public enum RouteHint {
  /** Where the router sends them. */
  NONE,
  /** All to the primary. */
  PRIMARY,
  /** To a replica whatever has the form of a read, even if it is not proven to be one. */
  REPLICA;

  private static final String KEY = "headroom.route=";

  /** {@code primary} or {@code replica}; empty for another word. */
  public static Optional<RouteHint> of(String word) {
    return switch (word) {
      case "primary" -> Optional.of(PRIMARY);
      case "replica" -> Optional.of(REPLICA);
      default -> Optional.empty();
    };
  }

  /**
   * Of a comment that begins the text and is nothing but {@code /* headroom.route=primary *}{@code
   * /}: further inside, a user's own words could stand.
   */
  static RouteHint leading(String sql) {
    if (!sql.startsWith("/*")) {
      return NONE;
    }
    int end = sql.indexOf("*/");
    String comment = end < 0 ? "" : sql.substring(2, end).strip();
    return comment.startsWith(KEY) ? of(comment.substring(KEY.length())).orElse(NONE) : NONE;
  }
}
