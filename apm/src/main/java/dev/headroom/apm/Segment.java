package dev.headroom.apm;

import java.nio.file.Path;

/**
 * A sealed, immutable part of a table.
 *
 * @param from time of its first row
 * @param to time of its last row
 */
record Segment(int id, Table table, Path file, long from, long to, long rows, long bytes) {}
