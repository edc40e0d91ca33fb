package dev.headroom.apm;

import dev.headroom.base.TimeSource;
import dev.headroom.spec.ApmSpec;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Seals what is old or large enough, deletes what is too old, and of the oldest as much as the disk
 * setting asks: spans and logs first, roll-ups last. Of the writing thread.
 */
final class DuckRetention {
  private static final Logger LOG = System.getLogger(DuckRetention.class.getName());

  private final DuckDatabase database;
  // Replaced as a whole when the document changes; each run reads it once per bound.
  private volatile ApmSpec.Retention retention;
  private final TimeSource time;
  private final Map<Table, Long> hotSince = new EnumMap<>(Table.class);
  // Tables looked at since the start.
  private final Set<Table> seen = EnumSet.noneOf(Table.class);

  /** From the next run on. */
  void retain(ApmSpec.Retention next) {
    retention = next;
  }

  DuckRetention(DuckDatabase database, ApmSpec.Retention retention, TimeSource time) {
    this.database = database;
    this.retention = retention;
    this.time = time;
  }

  /** Does what is due; returns the bytes on disk after it. */
  long run() throws SQLException, IOException {
    for (Table table : Table.values()) {
      if (isDue(table)) {
        seal(table);
      }
    }
    for (Segment segment : database.segments()) {
      if (segment.to() < Times.nanos(time.now().minus(age(segment.table())))) {
        database.delete(segment);
      }
    }
    long bytes = database.bytesOnDisk();
    while (bytes > retention.disk().bytes()) {
      Optional<Segment> oldest = firstToGo();
      if (oldest.isPresent()) {
        LOG.log(
            Level.INFO,
            "telemetry store: {0} bytes (expected: at most {1}); deletes {2}",
            bytes,
            retention.disk().bytes(),
            oldest.get().file().getFileName());
        database.delete(oldest.get());
      } else if (!sealLargest()) {
        break;
      }
      bytes = database.bytesOnDisk();
    }
    return bytes;
  }

  private boolean isDue(Table table) throws SQLException {
    DuckDatabase.Hot hot = database.hot(table);
    long now = time.epochNanos();
    if (hot.rows() == 0) {
      seen.add(table);
      hotSince.remove(table);
      return false;
    }
    // By the time of measurement after a restart, by that of arrival afterwards: what is sent hours
    // late must not be sealed at once, in small pieces.
    long since =
        hotSince.computeIfAbsent(table, t -> seen.contains(t) ? now : Math.min(now, hot.from()));
    seen.add(table);
    return hot.rows() >= table.rowsToSeal() || now - since >= table.ageToSeal().toNanos();
  }

  private void seal(Table table) throws SQLException, IOException {
    database.seal(table);
    hotSince.remove(table);
  }

  private Optional<Segment> firstToGo() {
    return database.segments().stream()
        .min(
            Comparator.comparing((Segment s) -> s.table() == Table.CELLS)
                .thenComparingLong(Segment::to));
  }

  /* All that is left is hot: what is sealed can be deleted. */
  private boolean sealLargest() throws SQLException, IOException {
    Table largest = Table.SPANS;
    long rows = 0;
    for (Table table : Table.values()) {
      long these = database.hot(table).rows();
      if (these > rows) {
        largest = table;
        rows = these;
      }
    }
    if (rows == 0) {
      return false;
    }
    seal(largest);
    return true;
  }

  private Duration age(Table table) {
    return switch (table) {
      case SPANS, LOGS -> retention.raw();
      case CELLS -> retention.rollups();
    };
  }
}
