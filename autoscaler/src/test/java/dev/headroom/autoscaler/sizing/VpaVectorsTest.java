package dev.headroom.autoscaler.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headroom.base.Durations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** The cases of upstream's own tests; {@code vpa.json} names the files. */
class VpaVectorsTest {
  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  private static final Offset<Double> EXACT = Offset.offset(1e-9);
  private static final JsonNode VECTORS = read();

  private static JsonNode read() {
    try (InputStream in =
        Objects.requireNonNull(VpaVectorsTest.class.getResourceAsStream("vpa.json"))) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void percentilesOfALinearHistogram() {
    JsonNode vector = VECTORS.path("linearHistogram");
    Histogram histogram = new Histogram(linear(10, 1));
    assertThat(histogram.percentile(0.5)).isEqualTo(vector.path("empty").asDouble());
    vector.path("samples").forEach(s -> histogram.add(s.get(0).asDouble(), s.get(1).asDouble()));
    assertPercentiles(histogram, vector.path("percentiles"));
  }

  @Test
  void fractionsOutOfBounds() {
    JsonNode vector = VECTORS.path("outOfBounds");
    Histogram histogram = new Histogram(linear(1, 0.1));
    vector.path("samples").forEach(s -> histogram.add(s.get(0).asDouble(), s.get(1).asDouble()));
    assertPercentiles(histogram, vector.path("p"));
    vector.path("thenAdd").forEach(s -> histogram.add(s.get(0).asDouble(), s.get(1).asDouble()));
    assertPercentiles(histogram, vector.path("p2"));
  }

  @Test
  void samplesDecayByTheHour() {
    JsonNode vector = VECTORS.path("decaying");
    DecayingHistogram histogram = new DecayingHistogram(linear(10, 1), Duration.ofHours(1));
    Instant at = T0;
    for (JsonNode sample : vector.path("samplesOnePerHour")) {
      histogram.add(at, sample.get(0).asDouble(), sample.get(1).asDouble());
      at = at.plus(Duration.ofHours(1));
    }
    vector
        .path("percentiles")
        .properties()
        .forEach(
            p ->
                assertThat(histogram.percentile(Double.parseDouble(p.getKey())))
                    .as("percentile " + p.getKey())
                    .isCloseTo(p.getValue().asDouble(), EXACT));
  }

  @Test
  void aLargeWeightOutlivesTwentyHalfLives() {
    DecayingHistogram histogram = new DecayingHistogram(linear(10, 1), Duration.ofHours(1));
    histogram.add(T0, 2, 1000);
    histogram.add(T0.plus(Duration.ofHours(20)), 1, 1);
    JsonNode expected = VECTORS.path("simpleDecay").path("p");
    assertThat(histogram.percentile(0.999)).isEqualTo(expected.path("0.999").asDouble());
    assertThat(histogram.percentile(1.0)).isEqualTo(expected.path("1.0").asDouble());
  }

  @Test
  void confidenceWidensTheBounds() {
    for (JsonNode vector : VECTORS.path("confidence")) {
      if (vector.path("samples").asInt() == 0) {
        double exponent = vector.path("exp").asDouble();
        assertThat(Estimator.scaled(3.14, 0, 0.1, exponent)).isEqualTo(exponent > 0 ? 1e14 : 0);
        continue;
      }
      int samples = vector.path("samples").asInt();
      int every = vector.path("everyMinutes").asInt();
      double interval =
          vector.has("intervalH")
              ? vector.path("intervalH").asDouble() * 3600
              : vector.path("intervalMin").asDouble() * 60;
      double confidence = Estimator.confidence((samples - 1) * every * 60.0, samples, interval);
      assertThat(confidence).isCloseTo(vector.path("confidence").asDouble(), EXACT);
      double multiplier = vector.path("mult").asDouble();
      double exponent = vector.path("exp").asDouble();
      assertThat(Estimator.scaled(vector.path("base").asDouble(), confidence, multiplier, exponent))
          .isCloseTo(vector.path("expectedCores").asDouble(), Offset.offset(0.001));
      assertThat(
              Estimator.scaled(vector.path("baseMem").asDouble(), confidence, multiplier, exponent))
          .isCloseTo(vector.path("expectedMem").asDouble(), Percentage.withPercentage(0.001));
    }
  }

  @Test
  void margin() {
    JsonNode vector = VECTORS.path("margin");
    assertThat(Estimator.margin(vector.path("base").asDouble(), vector.path("fraction").asDouble()))
        .isCloseTo(vector.path("expected").asDouble(), EXACT);
  }

  @Test
  void neverLessThanTheMinimumOfAPod() {
    UsageHistory history = new UsageHistory(SizingRules.defaults());
    history.cpu("web-1", T0, 0.001);
    history.memory("web-1", T0, 1 << 20);
    JsonNode least = VECTORS.path("minResources").get(0);
    Estimate estimate = history.estimate().orElseThrow();
    for (Estimate.Amount amount : List.of(estimate.lower(), estimate.target())) {
      assertThat(amount.cores()).isEqualTo(least.path("cpuCores").asDouble());
      assertThat(amount.bytes()).isEqualTo(least.path("memBytes").asDouble());
    }
  }

  @Test
  void anOomKillAsksForMore() {
    for (JsonNode vector : VECTORS.path("oom")) {
      Recorded recorded = new Recorded();
      MemoryPeaks peaks = new MemoryPeaks(Duration.ofHours(24), recorded);
      double peak = vector.path("peakMiB").asDouble() * (1 << 20);
      if (peak > 0) {
        peaks.used(T0, peak);
      }
      SizingRules rules = SizingRules.defaults();
      assertThat(
              peaks.outOfMemory(
                  T0.plusSeconds(60),
                  vector.path("requestMiB").asDouble() * (1 << 20),
                  rules.oomRatio(),
                  rules.oomBytes()))
          .isTrue();
      assertThat(recorded.added.getLast() / (1 << 20))
          .isEqualTo(vector.path("expectedMiB").asDouble());
    }
  }

  @Test
  void anOomKillOfTheWindowBeforeIsTooOld() {
    MemoryPeaks peaks = new MemoryPeaks(Duration.ofHours(24), new Recorded());
    peaks.used(T0, 100);
    assertThat(peaks.outOfMemory(T0.minusSeconds(1), 100, 1.2, 10)).isFalse();
  }

  @Test
  void onlyThePeakOfEachDayIsASample() {
    Recorded recorded = new Recorded();
    MemoryPeaks peaks = new MemoryPeaks(Duration.ofHours(24), recorded);
    peaks.used(T0, 5);
    peaks.used(T0.plus(Duration.ofHours(12)), 10);
    peaks.used(T0.plus(Duration.ofHours(24)), 2);
    List<String> expected = new ArrayList<>();
    VECTORS.path("memoryWindow").path("ops").forEach(op -> expected.add(op.asText()));
    assertThat(recorded.operations).isEqualTo(expected);
  }

  @Test
  void bucketsAndMultipliersAreThePublishedOnes() {
    JsonNode computed = VECTORS.path("computed");
    assertThat(UsageHistory.CPU.count()).isEqualTo(176);
    assertThat(UsageHistory.MEMORY.count()).isEqualTo(176);
    computed
        .path("cpuBucketEnd")
        .properties()
        .forEach(
            end ->
                assertThat(
                        UsageHistory.CPU.start(
                            UsageHistory.CPU.find(Double.parseDouble(end.getKey())) + 1))
                    .isCloseTo(end.getValue().asDouble(), Offset.offset(1e-5)));
    computed
        .path("upperMultiplier")
        .properties()
        .forEach(
            m ->
                assertThat(Estimator.upper(1, confidence(m.getKey())))
                    .isCloseTo(m.getValue().asDouble(), Offset.offset(0.0006)));
    computed
        .path("lowerMultiplier")
        .properties()
        .forEach(
            m ->
                assertThat(Estimator.lower(1, confidence(m.getKey())))
                    .isCloseTo(m.getValue().asDouble(), Offset.offset(0.0001)));
  }

  /* With a sample a minute. */
  private static double confidence(String age) {
    long minutes = Durations.parse(age).orElseThrow().toMinutes();
    return Estimator.confidence(minutes * 60.0, minutes, 86_400);
  }

  private static void assertPercentiles(Histogram histogram, JsonNode expected) {
    expected
        .properties()
        .forEach(
            p ->
                assertThat(histogram.percentile(Double.parseDouble(p.getKey())))
                    .as("percentile " + p.getKey())
                    .isCloseTo(p.getValue().asDouble(), EXACT));
  }

  private static Buckets linear(double max, double width) {
    int count = (int) Math.ceil(max / width) + 1;
    return new Buckets() {
      @Override
      public int count() {
        return count;
      }

      @Override
      public int find(double value) {
        return Math.clamp((int) (value / width), 0, count - 1);
      }

      @Override
      public double start(int bucket) {
        return bucket * width;
      }
    };
  }

  private static final class Recorded implements MemoryPeaks.Samples {
    final List<String> operations = new ArrayList<>();
    final List<Double> added = new ArrayList<>();

    @Override
    public void add(Instant at, double bytes) {
      operations.add("add " + (long) bytes + " @" + window(at));
      added.add(bytes);
    }

    @Override
    public void subtract(Instant at, double bytes) {
      operations.add("sub " + (long) bytes + " @" + window(at));
    }

    private static String window(Instant at) {
      return at.equals(T0.plus(Duration.ofHours(24))) ? "W" : "W+24h";
    }
  }
}
