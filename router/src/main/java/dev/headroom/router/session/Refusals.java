package dev.headroom.router.session;

import dev.headroom.pgwire.ErrorFields;

/** Errors by which a replica refuses what the primary would have answered well. */
final class Refusals {
  private Refusals() {}

  static boolean isRefusal(String sqlState) {
    return switch (sqlState) {
      // Cancelled by replay, deadlocked with it, shutting down, starting up.
      case "40001", "40P01", "57P01", "57P03" -> true;
      // No such table, column, function, type, schema: not yet, where somebody has just made it.
      case "42P01", "42703", "42883", "42704", "3F000" -> true;
      default -> isLasting(sqlState);
    };
  }

  /** Has the server prepared what means something else by now? */
  static boolean isOutdated(ErrorFields error) {
    return switch (error.sqlState()) {
      // "cached plan must not change result type"
      case "0A000" -> error.routine().equals("RevalidateCachedQuery");
      // Of an object that was dropped, and perhaps made again.
      case "XX000" -> error.message().startsWith("cache lookup failed for ");
      default -> false;
    };
  }

  /** Will it refuse the same statement again? Read-only, not supported, not in this state. */
  static boolean isLasting(String sqlState) {
    return switch (sqlState) {
      case "25006", "0A000", "55000" -> true;
      default -> false;
    };
  }
}
