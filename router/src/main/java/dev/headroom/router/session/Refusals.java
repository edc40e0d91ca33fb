package dev.headroom.router.session;

/** Errors by which a replica refuses what the primary would have answered well. */
final class Refusals {
  private Refusals() {}

  static boolean isRefusal(String sqlState) {
    return switch (sqlState) {
      // Cancelled by replay, deadlocked with it, shutting down, starting up.
      case "40001", "40P01", "57P01", "57P03" -> true;
      default -> isLasting(sqlState);
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
