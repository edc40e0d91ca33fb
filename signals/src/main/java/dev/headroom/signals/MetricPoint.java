package dev.headroom.signals;

/** A data point as it is read, before it becomes a {@link Metric}. Not thread-safe. */
final class MetricPoint {

  /** A point that cannot be taken; the message says why. */
  static final class Unusable extends Exception {
    Unusable(String message) {
      super(message);
    }
  }

  final String name;
  final String unit;
  final Attributes resource;
  Attributes attributes = Attributes.empty();
  long start;
  long end;
  long flags;
  double value;
  long count;
  double sum;
  double min = Double.NaN;
  double max = Double.NaN;
  int scale;
  long zeros;
  int offset;
  final LongList bounds = new LongList();
  LongList positive = new LongList();
  final LongList negative = new LongList();

  MetricPoint(String name, String unit, Attributes resource) {
    this.name = name;
    this.unit = unit;
    this.resource = resource;
  }

  Metric gauge() {
    return new Metric.Gauge(name, unit, attributes, resource, start == 0 ? end : start, end, value);
  }

  Metric sum() throws Unusable {
    if (!Double.isFinite(value)) {
      throw new Unusable("value " + value + " (expected: a finite number)");
    }
    return new Metric.Sum(name, unit, attributes, resource, start == 0 ? end : start, end, value);
  }

  Metric explicit() throws Unusable {
    checkBuckets();
    if (positive.size() != 0 && positive.size() != bounds.size() + 1) {
      throw new Unusable(
          positive.size()
              + " counts (expected: "
              + (bounds.size() + 1)
              + ", one more than bounds)");
    }
    for (int i = 1; i < bounds.size(); i++) {
      if (!(bounds.number(i) > bounds.number(i - 1))) {
        throw new Unusable("bounds are not ascending");
      }
    }
    return histogram(SketchImport.explicit(bounds, positive, sum, min, max));
  }

  Metric exponential() throws Unusable {
    checkBuckets();
    if (scale < SketchImport.LOWEST_SCALE || scale > 20) {
      throw new Unusable("scale " + scale + " (expected: " + SketchImport.LOWEST_SCALE + " to 20)");
    }
    // Latencies are not negative; what is counts as zero, as LatencySketch.Recorder does.
    long zero = Math.addExact(zeros, negative.total());
    return histogram(SketchImport.exponential(scale, offset, positive, zero, sum, min, max));
  }

  private void checkBuckets() throws Unusable {
    if (positive.overflowed() || negative.overflowed() || bounds.overflowed()) {
      throw new Unusable("more than " + LongList.MOST + " buckets");
    }
    long total = positive.total();
    long below = negative.total();
    if (total < 0 || below < 0 || zeros < 0 || total > MOST || below > MOST || zeros > MOST) {
      throw new Unusable("counts beyond 2^60");
    }
  }

  /** Keeps sums of counts away from the end of a long. */
  private static final long MOST = 1L << 60;

  private Metric histogram(LatencySketch sketch) {
    return new Metric.Histogram(
        name, unit, attributes, resource, start == 0 ? end : start, end, sketch);
  }
}
