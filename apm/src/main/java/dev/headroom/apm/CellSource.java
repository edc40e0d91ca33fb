package dev.headroom.apm;

import org.jspecify.annotations.Nullable;

/** Where cells are read from: the memory or the disk. */
interface CellSource {

  /** Shows every cell of {@code metric} from {@code from}, inclusive, to {@code to}, exclusive. */
  void scan(String metric, long from, long to, Visitor visitor);

  /** Sees the cells, in no order; several may be of the same series and time. */
  @FunctionalInterface
  interface Visitor {
    void cell(Series series, long time, double value, byte @Nullable [] sketch);
  }
}
