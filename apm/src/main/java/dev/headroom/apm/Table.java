package dev.headroom.apm;

import java.time.Duration;

/** What the database keeps by time, and when a part of it is sealed into a file of its own. */
enum Table {
  SPANS("spans", "start", 500_000, Duration.ofMinutes(30)),
  LOGS("logs", "time", 500_000, Duration.ofHours(6)),
  CELLS("cells", "time", 2_000_000, Duration.ofHours(6));

  private final String sql;
  private final String timeColumn;
  private final long rowsToSeal;
  private final Duration ageToSeal;

  Table(String sql, String timeColumn, long rowsToSeal, Duration ageToSeal) {
    this.sql = sql;
    this.timeColumn = timeColumn;
    this.rowsToSeal = rowsToSeal;
    this.ageToSeal = ageToSeal;
  }

  String sql() {
    return sql;
  }

  /** Nanoseconds since 1970. */
  String timeColumn() {
    return timeColumn;
  }

  long rowsToSeal() {
    return rowsToSeal;
  }

  Duration ageToSeal() {
    return ageToSeal;
  }
}
