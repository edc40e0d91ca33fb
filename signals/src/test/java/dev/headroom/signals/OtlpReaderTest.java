package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpReaderTest {
  private final OtlpReader reader = new OtlpReader();

  private OtlpBatch read(OtlpSignal signal, byte[] body) {
    return reader.read(signal, OtlpEncoding.PROTOBUF, body);
  }

  private static byte[] nested(Consumer<ProtoWriter> item, int... fields) {
    ProtoWriter out = new ProtoWriter();
    int[] starts = new int[fields.length];
    for (int i = 0; i < fields.length; i++) {
      starts[i] = out.begin(fields[i]);
    }
    item.accept(out);
    for (int i = fields.length - 1; i >= 0; i--) {
      out.end(starts[i]);
    }
    return out.toBytes();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0a | byte 1: the message ends inside a varint",
        "0a05 | byte 2: length 5 (expected: at most 0)",
        "0aff | byte 2: the message ends inside a varint",
        "0a0500 | byte 2: length 5 (expected: at most 1)",
        "10ffffffffffffffffffff01 | byte 11: a varint of more than 10 bytes",
        "13 | byte 1: wire type 3 (expected: 0, 1, 2 or 5)",
        "0801 | byte 1: field 1 has wire type 0 (expected: 2)",
        "00 | byte 1: field number 0 (expected: 1 to 536870911)",
        "1500 | byte 1: the message ends inside a fixed32"
      })
  void refusesWithThePosition(String hex, String message) {
    assertThatThrownBy(() -> read(OtlpSignal.TRACES, HexFormat.of().parseHex(hex)))
        .isInstanceOf(OtlpRefusal.class)
        .hasMessage(message);
  }

  @Test
  void aSpanWithABadIdIsLeftOutAlone() {
    Span bad =
        new Span(
            TraceId.NONE,
            OtlpFixtures.SPAN,
            SpanId.NONE,
            "bad",
            Span.Kind.INTERNAL,
            1,
            2,
            Span.Status.OK,
            "",
            Attributes.empty(),
            List.of(),
            OtlpFixtures.RESOURCE,
            "");
    OtlpBatch batch =
        read(OtlpSignal.TRACES, OtlpWriter.traces(List.of(bad, OtlpFixtures.ROOT, bad)));
    assertThat(batch.telemetry().spans()).containsExactly(OtlpFixtures.ROOT);
    assertThat(batch.rejected()).isEqualTo(2);
    assertThat(batch.rejection()).contains("span bad: no valid trace id");
  }

  @Test
  void unknownFieldsAreIgnored() {
    byte[] body =
        nested(
            out -> {
              out.text(1_000, "instrumentationLibrarySpans of old");
              out.varint(99, 1);
              out.fixed64(98, 1);
              out.fixed32(97, 1);
            },
            1);
    assertThat(read(OtlpSignal.TRACES, body).telemetry().isEmpty()).isTrue();
  }

  @Test
  void theResourceMayComeAfterItsSpans() {
    ProtoWriter out = new ProtoWriter();
    int resourceSpans = out.begin(1);
    int scopeSpans = out.begin(2);
    int span = out.begin(2);
    out.traceId(1, OtlpFixtures.TRACE);
    out.spanId(2, OtlpFixtures.SPAN);
    out.fixed64(7, 5);
    out.end(span);
    out.end(scopeSpans);
    int resource = out.begin(1);
    int attribute = out.begin(1);
    out.text(1, "service.name");
    int value = out.begin(2);
    out.text(1, "late");
    out.end(value);
    out.end(attribute);
    out.end(resource);
    out.end(resourceSpans);
    assertThat(read(OtlpSignal.TRACES, out.toBytes()).telemetry().spans())
        .singleElement()
        .satisfies(s -> assertThat(s.resource()).isEqualTo(Attributes.of("service.name", "late")));
  }

  @Test
  void aValueNestedWithoutEndIsRefused() {
    ProtoWriter out = new ProtoWriter();
    int[] starts = new int[200];
    for (int i = 0; i < starts.length; i += 2) {
      starts[i] = out.begin(5);
      starts[i + 1] = out.begin(1);
    }
    for (int i = starts.length - 1; i >= 0; i--) {
      out.end(starts[i]);
    }
    byte[] body = nested(o -> o.bytes(2, out.toBytes()), 1, 1, 1); // resource.attributes[0].value
    assertThatThrownBy(() -> read(OtlpSignal.TRACES, body))
        .isInstanceOf(OtlpRefusal.class)
        .hasMessageContaining("nested deeper than 16");
  }

  @Test
  void mapsAndBytesBecomeText() {
    byte[] body =
        nested(
            out -> {
              out.fixed64(1, 1);
              int any = out.begin(5);
              int map = out.begin(6);
              int entry = out.begin(1);
              out.text(1, "a\"");
              int value = out.begin(2);
              int array = out.begin(5);
              int element = out.begin(1);
              out.bytes(7, new byte[] {1, 2});
              out.end(element);
              out.end(array);
              out.end(value);
              out.end(entry);
              out.end(map);
              out.end(any);
            },
            1,
            2,
            2);
    assertThat(read(OtlpSignal.LOGS, body).telemetry().logs())
        .singleElement()
        .satisfies(l -> assertThat(l.body()).isEqualTo("{\"a\\\"\":[\"AQI=\"]}"));
  }

  // Metrics.

  private Metric histogram(Consumer<ProtoWriter> point, int kind, int temporality) {
    OtlpBatch batch = metric(point, kind, temporality);
    assertThat(batch.rejection()).isEmpty();
    return batch.telemetry().metrics().getFirst();
  }

  private OtlpBatch metric(Consumer<ProtoWriter> point, int kind, int temporality) {
    return read(
        OtlpSignal.METRICS,
        nested(
            out -> {
              out.text(1, "m");
              int data = out.begin(kind);
              int at = out.begin(1);
              point.accept(out);
              out.end(at);
              out.varint(2, temporality);
              out.varint(3, 1);
              out.end(data);
            },
            1,
            2,
            2));
  }

  private static Consumer<ProtoWriter> exponential(int scale, int offset, long... counts) {
    return out -> {
      out.fixed64(2, 1);
      out.fixed64(3, 10);
      out.zigzag(6, scale);
      int buckets = out.begin(8);
      out.zigzag(1, offset);
      int packed = out.begin(2);
      for (long count : counts) {
        out.rawVarint(count);
      }
      out.end(packed);
      out.end(buckets);
    };
  }

  @Test
  void aFinerScaleIsHalvedUntilItFits() {
    // Scale 8: four buckets become one. -5 >> 2 = -2, -4..-1 >> 2 = -1, 0 >> 2 = 0.
    LatencySketch sketch =
        ((Metric.Histogram) histogram(exponential(8, -5, 1, 2, 0, 3, 4, 5), 10, 1)).sketch();
    assertThat(sketch.indexes()).containsExactly(-2, -1, 0);
    assertThat(sketch.counts()).containsExactly(1, 9, 5);
  }

  @Test
  void aCoarserScaleKeepsTheCountAndTheBoundsOfItsBuckets() {
    // Scale 0, bucket -7: 1/128 to 1/64.
    LatencySketch sketch =
        ((Metric.Histogram) histogram(exponential(0, -7, 1_000), 10, 1)).sketch();
    assertThat(sketch.count()).isEqualTo(1_000);
    assertThat(sketch.quantile(0.001)).isBetween(1 / 128.0, 1.02 / 128.0);
    assertThat(sketch.quantile(0.5)).isCloseTo(1.5 / 128, within(0.0002));
    assertThat(sketch.quantile(1)).isBetween(0.98 / 64.0, 1 / 64.0);
  }

  @Test
  void explicitBucketsAreSpreadWithinTheirBounds() {
    LatencySketch sketch =
        ((Metric.Histogram)
                histogram(
                    out -> {
                      out.fixed64(2, 1);
                      out.fixed64(3, 10);
                      out.presentDouble(5, 12.5);
                      for (long count : new long[] {10, 80, 10, 0}) {
                        out.presentFixed64(6, count);
                      }
                      for (double bound : new double[] {0.1, 0.2, 0.4}) {
                        out.presentDouble(7, bound);
                      }
                      out.presentDouble(11, 0.05);
                      out.presentDouble(12, 0.3);
                    },
                    9,
                    1))
            .sketch();
    assertThat(sketch.count()).isEqualTo(100);
    assertThat(sketch.sum()).isEqualTo(12.5);
    assertThat(sketch.min()).isEqualTo(0.05);
    assertThat(sketch.max()).isEqualTo(0.3);
    assertThat(sketch.quantile(0.5)).isCloseTo(0.15, within(0.002));
    assertThat(sketch.quantile(0.95)).isCloseTo(0.25, within(0.011));
  }

  @Test
  void cumulativeSumsBecomeDifferences() {
    assertThat(sum(1, 10, 5).telemetry().metrics()).as("the baseline").isEmpty();
    assertThat(sum(1, 20, 12).telemetry().metrics())
        .containsExactly(
            new Metric.Sum("m", "", Attributes.empty(), Attributes.empty(), 10, 20, 7));
    assertThat(sum(1, 20, 12).telemetry().metrics()).as("a duplicate").isEmpty();
    assertThat(sum(25, 30, 3).telemetry().metrics())
        .as("a restart")
        .containsExactly(
            new Metric.Sum("m", "", Attributes.empty(), Attributes.empty(), 25, 30, 3));
  }

  private OtlpBatch sum(long start, long end, double value) {
    return metric(
        out -> {
          out.fixed64(2, start);
          out.fixed64(3, end);
          out.presentDouble(4, value);
        },
        7,
        2);
  }

  @Test
  void cumulativeExponentialHistogramsBecomeDifferences() {
    assertThat(cumulative(10, 6, 0, 1, 2).telemetry().metrics()).isEmpty();
    Metric.Histogram delta =
        (Metric.Histogram) cumulative(20, 6, -1, 4, 1, 5).telemetry().metrics().getFirst();
    assertThat(delta.sketch().indexes()).containsExactly(-1, 1);
    assertThat(delta.sketch().counts()).containsExactly(4, 3);
    // The sender halves its scale: -1, 0, 1 become -1, 0, 0.
    delta = (Metric.Histogram) cumulative(30, 5, -1, 4, 8).telemetry().metrics().getFirst();
    assertThat(delta.sketch().count()).isEqualTo(2);
  }

  private OtlpBatch cumulative(long end, int scale, int offset, long... counts) {
    return metric(
        out -> {
          exponential(scale, offset, counts).accept(out);
          out.fixed64(3, end);
        },
        10,
        2);
  }

  @Test
  void pointsThatCannotBeReadAreCounted() {
    assertThat(metric(out -> out.fixed64(3, 1), 11, 0).rejection()).contains("summaries");
    assertThat(metric(exponential(-5, 0, 1), 10, 1).rejection()).contains("scale -5");
    assertThat(metric(exponential(6, 0, new long[3_000]), 10, 1).rejection())
        .contains("more than 2048 buckets");
    assertThat(metric(exponential(6, 0, -1), 10, 1).rejection()).contains("counts beyond 2^60");
    assertThat(metric(exponential(6, 0, 1), 10, 7).rejection()).contains("temporality 7");
    assertThat(metric(out -> out.presentDouble(4, 1), 5, 0).rejection()).contains("no time");
    assertThat(sum(1, 2, 1).rejected() + sum(1, 3, Double.NaN).rejected()).isEqualTo(1);
  }

  @Test
  void indexesFarAwayStayInRange() {
    LatencySketch sketch =
        ((Metric.Histogram) histogram(exponential(20, Integer.MAX_VALUE - 1, 1, 1, 1), 10, 1))
            .sketch();
    assertThat(sketch.count()).isEqualTo(3);
    sketch = ((Metric.Histogram) histogram(exponential(0, Integer.MIN_VALUE, 5), 10, 1)).sketch();
    assertThat(sketch.count()).isEqualTo(5);
  }
}
