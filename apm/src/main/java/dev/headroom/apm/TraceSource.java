package dev.headroom.apm;

import dev.headroom.signals.Span;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Where whole traces are read from: the memory or the disk. */
interface TraceSource {

  /** Traces with an entry in the window: the newest or the slowest, in this order. */
  List<Collection<Span>> traces(
      Window window, Optional<String> route, boolean slowestFirst, int limit);

  /**
   * Traces in which calls of one name happen at least {@code least} times; of each name the newest,
   * so that a busy endpoint does not hide the others.
   */
  List<Collection<Span>> repeating(Window window, int least, int limit);

  /** Traces with a span in the window that fulfils {@code query}, about the newest first. */
  List<Collection<Span>> search(Window window, TraceQuery query, int limit);
}
