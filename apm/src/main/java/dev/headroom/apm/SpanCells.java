package dev.headroom.apm;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Endpoint figures from server spans, for services that no gateway stands in front of. Not
 * thread-safe.
 */
final class SpanCells {
  /** The metric they make; its attributes are those of the gateway's. */
  static final String METRIC = "headroom.spans.server.duration";

  private final Map<Key, LatencySketch.Recorder> open = new LinkedHashMap<>();

  void add(Span span) {
    SpanFacts.endpoint(span)
        .ifPresent(
            endpoint ->
                open.computeIfAbsent(
                        new Key(endpoint, Cell.start(span.endEpochNanos())),
                        k -> new LatencySketch.Recorder())
                    .record(span.durationNanos() / 1e9));
  }

  boolean isOpen() {
    return !open.isEmpty();
  }

  /** What came since the last drain; a cell may come in several parts. */
  List<Cell> drain() {
    List<Cell> cells = new ArrayList<>(open.size());
    open.forEach(
        (key, recorder) -> {
          LatencySketch sketch = recorder.drain();
          cells.add(
              new Cell(
                  new Series(Series.Kind.HISTOGRAM, METRIC, "s", key.endpoint),
                  key.time,
                  sketch.count(),
                  SketchBytes.encode(sketch)));
        });
    open.clear();
    return cells;
  }

  private record Key(Attributes endpoint, long time) {}
}
