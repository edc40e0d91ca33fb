package dev.headroom.apm;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sealed, immutable part of a table. Beside the file of spans lie their dictionary and a filter
 * of trace ids.
 *
 * @param from time of its first row
 * @param to time of its last row
 * @param traces null when nothing is known of its traces: it may hold any
 */
record Segment(
    int id,
    Table table,
    Path file,
    long from,
    long to,
    long rows,
    long bytes,
    @Nullable TraceFilter traces) {

  /** The dictionary of a segment of spans. */
  static Path pairs(Path file) {
    return file.resolveSibling(file.getFileName() + ".pairs");
  }

  /** The filter of a segment of spans. */
  static Path traces(Path file) {
    return file.resolveSibling(file.getFileName() + ".traces");
  }

  /** Everything that belongs to it. */
  List<Path> files() {
    return table == Table.SPANS ? List.of(file, pairs(file), traces(file)) : List.of(file);
  }

  boolean mayContain(long traceHigh, long traceLow) {
    return traces == null || traces.mayContain(traceHigh, traceLow);
  }
}
