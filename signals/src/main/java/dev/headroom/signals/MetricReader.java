package dev.headroom.signals;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads an {@code ExportMetricsServiceRequest}. Summaries are rejected, point by point.
 *
 * @see <a
 *     href="https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto">metrics.proto</a>
 */
final class MetricReader {
  private static final int DELTA = 1;
  private static final int CUMULATIVE = 2;

  /** {@code FLAG_NO_RECORDED_VALUE}: the series ended, and the point says nothing else. */
  private static final int NO_VALUE = 1;

  private final ProtoReader in;
  private final AttributeReader common;
  private final Rejections rejections;
  private final CumulativeSeries cumulative;
  private final List<Metric> points = new ArrayList<>();

  MetricReader(
      ProtoReader in, AttributeReader common, Rejections rejections, CumulativeSeries cumulative) {
    this.in = in;
    this.common = common;
    this.rejections = rejections;
    this.cumulative = cumulative;
  }

  List<Metric> read() {
    while (in.next()) {
      if (in.field() == 1) {
        resourceMetrics();
      } else {
        in.skip();
      }
    }
    return points;
  }

  private void resourceMetrics() {
    int outer = in.enter();
    int mark = in.position();
    Attributes resource = Attributes.empty();
    while (in.next()) {
      if (in.field() == 1) {
        resource = common.resource();
      } else {
        in.skip();
      }
    }
    in.rewind(mark);
    while (in.next()) {
      if (in.field() == 2) {
        scopeMetrics(resource);
      } else {
        in.skip();
      }
    }
    in.leave(outer);
  }

  private void scopeMetrics(Attributes resource) {
    int outer = in.enter();
    while (in.next()) {
      if (in.field() == 2) {
        metric(resource);
      } else {
        in.skip();
      }
    }
    in.leave(outer);
  }

  private void metric(Attributes resource) {
    int outer = in.enter();
    int mark = in.position();
    String name = "";
    String unit = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = common.text();
        case 3 -> unit = common.text();
        default -> in.skip();
      }
    }
    in.rewind(mark);
    while (in.next()) {
      switch (in.field()) {
        case 5, 7, 9, 10, 11 -> data(in.field(), name, unit, resource);
        default -> in.skip();
      }
    }
    in.leave(outer);
  }

  private void data(int kind, String name, String unit, Attributes resource) {
    int outer = in.enter();
    int mark = in.position();
    long temporality = 0;
    boolean monotonic = false;
    while (in.next()) {
      if (in.field() == 2 && kind != SUMMARY && kind != GAUGE) {
        temporality = in.varint();
      } else if (in.field() == 3 && kind == SUM) {
        monotonic = in.varint() != 0;
      } else {
        in.skip();
      }
    }
    in.rewind(mark);
    while (in.next()) {
      if (in.field() != 1) {
        in.skip();
        continue;
      }
      if (kind == SUMMARY) {
        in.skip();
        rejections.add(1, "metric " + name + ": summaries are not read yet");
        continue;
      }
      MetricPoint point = new MetricPoint(name, unit, resource);
      int inner = in.enter();
      switch (kind) {
        case EXPONENTIAL -> exponentialPoint(point);
        case HISTOGRAM -> histogramPoint(point);
        default -> numberPoint(point);
      }
      in.leave(inner);
      take(kind, temporality, monotonic, point);
    }
    in.leave(outer);
  }

  private void take(int kind, long temporality, boolean monotonic, MetricPoint point) {
    if ((point.flags & NO_VALUE) != 0) {
      return;
    }
    if (point.end <= 0) {
      rejections.add(1, "metric " + point.name + ": no time (expected: nanoseconds since 1970)");
      return;
    }
    if (kind == GAUGE || (kind == SUM && !monotonic && temporality == CUMULATIVE)) {
      // A cumulative sum that goes up and down is a level: connections, queue length.
      points.add(point.gauge());
      return;
    }
    if (temporality != DELTA && temporality != CUMULATIVE) {
      rejections.add(
          1, "metric " + point.name + ": temporality " + temporality + " (expected: 1 or 2)");
      return;
    }
    try {
      Metric metric =
          switch (kind) {
            case SUM -> temporality == DELTA ? point.sum() : cumulative.sum(point);
            case HISTOGRAM -> temporality == DELTA ? point.explicit() : cumulative.explicit(point);
            default -> temporality == DELTA ? point.exponential() : cumulative.exponential(point);
          };
      if (metric != null) {
        points.add(metric);
      }
    } catch (MetricPoint.Unusable e) {
      rejections.add(1, "metric " + point.name + ": " + e.getMessage());
    }
  }

  private void numberPoint(MetricPoint point) {
    common.begin();
    while (in.next()) {
      switch (in.field()) {
        case 2 -> point.start = in.fixed64();
        case 3 -> point.end = in.fixed64();
        case 4 -> point.value = in.float64();
        case 6 -> point.value = in.fixed64();
        case 7 -> common.add();
        case 8 -> point.flags = in.varint();
        default -> in.skip();
      }
    }
    point.attributes = common.end();
  }

  private void histogramPoint(MetricPoint point) {
    common.begin();
    while (in.next()) {
      switch (in.field()) {
        case 2 -> point.start = in.fixed64();
        case 3 -> point.end = in.fixed64();
        case 4 -> point.count = in.fixed64();
        case 5 -> point.sum = in.float64();
        case 6 -> fixed64s(point.positive);
        case 7 -> fixed64s(point.bounds);
        case 9 -> common.add();
        case 10 -> point.flags = in.varint();
        case 11 -> point.min = in.float64();
        case 12 -> point.max = in.float64();
        default -> in.skip();
      }
    }
    point.attributes = common.end();
  }

  private void exponentialPoint(MetricPoint point) {
    common.begin();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> common.add();
        case 2 -> point.start = in.fixed64();
        case 3 -> point.end = in.fixed64();
        case 4 -> point.count = in.fixed64();
        case 5 -> point.sum = in.float64();
        case 6 -> point.scale = in.zigzag();
        case 7 -> point.zeros = in.fixed64();
        case 8 -> point.offset = buckets(point.positive);
        case 9 -> buckets(point.negative);
        case 10 -> point.flags = in.varint();
        case 12 -> point.min = in.float64();
        case 13 -> point.max = in.float64();
        default -> in.skip();
      }
    }
    point.attributes = common.end();
  }

  private int buckets(LongList counts) {
    int offset = 0;
    int outer = in.enter();
    while (in.next()) {
      if (in.field() == 1) {
        offset = in.zigzag();
      } else if (in.field() != 2) {
        in.skip();
      } else if (in.wire() == ProtoReader.LENGTH) {
        int packed = in.enter();
        while (in.more()) {
          counts.add(in.rawVarint());
        }
        in.leave(packed);
      } else {
        counts.add(in.varint());
      }
    }
    in.leave(outer);
    return offset;
  }

  private void fixed64s(LongList values) {
    if (in.wire() != ProtoReader.LENGTH) {
      values.add(in.fixed64());
      return;
    }
    int packed = in.enter();
    while (in.more()) {
      values.add(in.rawFixed64());
    }
    in.leave(packed);
  }

  private static final int GAUGE = 5;
  private static final int SUM = 7;
  private static final int HISTOGRAM = 9;
  private static final int EXPONENTIAL = 10;
  private static final int SUMMARY = 11;
}
