package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OtlpRoundTripTest {
  private final OtlpReader reader = new OtlpReader();

  private OtlpBatch read(OtlpSignal signal, byte[] body) {
    OtlpBatch batch = reader.read(signal, OtlpEncoding.PROTOBUF, body);
    assertThat(batch.rejected()).isZero();
    return batch;
  }

  @Test
  void spansComeBackAsTheyWere() {
    List<Span> spans = List.of(OtlpFixtures.ROOT, OtlpFixtures.FULL);
    assertThat(read(OtlpSignal.TRACES, OtlpWriter.traces(spans)).telemetry().spans())
        .containsExactlyInAnyOrderElementsOf(spans);
  }

  @Test
  void metricsComeBackAsTheyWere() {
    assertThat(
            read(OtlpSignal.METRICS, OtlpWriter.metrics(OtlpFixtures.METRICS))
                .telemetry()
                .metrics())
        .containsExactlyInAnyOrderElementsOf(OtlpFixtures.METRICS);
  }

  @Test
  void sketchesOfAllShapesComeBackAsTheyWere() {
    Random random = new Random(3);
    List<Metric> metrics = new ArrayList<>();
    for (int n = 1; n < 200; n++) {
      double[] values = new double[n];
      for (int i = 0; i < n; i++) {
        values[i] = random.nextInt(30) == 0 ? 0 : Math.exp(3 * random.nextGaussian() - 4);
      }
      metrics.add(
          new Metric.Histogram(
              "h",
              "s",
              Attributes.of("n", (long) n),
              Attributes.empty(),
              1,
              OtlpFixtures.NOW,
              LatencySketchTest.of(values)));
    }
    assertThat(read(OtlpSignal.METRICS, OtlpWriter.metrics(metrics)).telemetry().metrics())
        .isEqualTo(metrics);
  }

  @Test
  void logsComeBackAsTheyWere() {
    LogRecord plain =
        new LogRecord(
            1, 0, "", "", TraceId.NONE, SpanId.NONE, Attributes.empty(), Attributes.empty());
    List<LogRecord> logs = List.of(OtlpFixtures.LOG, plain);
    assertThat(read(OtlpSignal.LOGS, OtlpWriter.logs(logs)).telemetry().logs())
        .containsExactlyElementsOf(logs);
  }

  @Test
  void anEmptyRequestIsNoError() {
    for (OtlpSignal signal : OtlpSignal.values()) {
      assertThat(read(signal, new byte[0]).telemetry().isEmpty()).isTrue();
    }
  }
}
