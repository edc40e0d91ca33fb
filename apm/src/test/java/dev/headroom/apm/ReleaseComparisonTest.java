package dev.headroom.apm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headroom.apm.ReleaseComparison.Regression;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TraceId;
import dev.headroom.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReleaseComparisonTest {
  private final FakeTime time = new FakeTime();
  private final Random random = new Random(11);
  private final TelemetryStore store = TelemetryStore.inMemory(time);
  private long next = 1;

  private void requests(
      String version, String route, int count, double medianMillis, int failures) {
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long took = (long) (medianMillis * 1e6 * Math.exp(random.nextGaussian() * 0.6));
      long now = time.epochNanos();
      spans.add(
          new Span(
              new TraceId(1, next++),
              new SpanId(1),
              SpanId.NONE,
              "GET " + route,
              Span.Kind.SERVER,
              now - took,
              now,
              Span.Status.UNSET,
              "",
              Attributes.of(
                  "http.request.method",
                  "GET",
                  "http.route",
                  route,
                  "http.response.status_code",
                  i < failures ? 500L : 200L),
              List.of(),
              Attributes.of("service.name", "api", "service.version", version),
              "test"));
    }
    store.accept(Telemetry.spans(spans));
  }

  private List<Regression> regressions() {
    return new ReleaseComparison(store)
        .regressions(Window.before(time.now().plusNanos(1), Duration.ofMinutes(10)));
  }

  @Test
  void namesWhatBecameSlowerAndNothingElse() {
    time.advance(Duration.ofHours(1));
    requests("1.0", "/a", 400, 100, 4);
    requests("1.0", "/b", 400, 100, 4);
    requests("1.0", "/c", 400, 100, 4);
    time.advance(Duration.ofMinutes(2));
    requests("1.1", "/a", 200, 140, 2);
    requests("1.1", "/b", 200, 100, 2);
    requests("1.1", "/c", 200, 100, 30);
    requests("1.1", "/d", 200, 900, 0);

    List<Regression> found = regressions();
    assertThat(found)
        .extracting(r -> r.endpoint().route() + " " + r.kind())
        .containsExactlyInAnyOrder("/a LATENCY", "/c ERRORS");
    assertThat(found).extracting(Regression::from).containsOnly("1.0");
    assertThat(found).extracting(Regression::to).containsOnly("1.1");
  }

  @Test
  void fewRequestsProveNothing() {
    time.advance(Duration.ofHours(1));
    requests("1.0", "/a", 400, 100, 0);
    time.advance(Duration.ofMinutes(2));
    requests("1.1", "/a", 20, 300, 0);
    assertThat(regressions()).isEmpty();
  }

  @Test
  void theSameDistributionIsHardlyEverFarApart() {
    int far = 0;
    for (int round = 0; round < 500; round++) {
      if (ReleaseComparison.mannWhitney(sketch(300, 1), sketch(200, 1)) > 3.3) {
        far++;
      }
    }
    assertThat(far).isLessThanOrEqualTo(3);
    assertThat(ReleaseComparison.mannWhitney(sketch(300, 1), sketch(200, 1.4))).isGreaterThan(3.3);
  }

  private LatencySketch sketch(int count, double factor) {
    LatencySketch.Recorder recorder = new LatencySketch.Recorder();
    for (int i = 0; i < count; i++) {
      recorder.record(factor * 0.1 * Math.exp(random.nextGaussian() * 0.6));
    }
    return recorder.drain();
  }

  @Test
  void apdexCountsHalfOfThoseWhoTolerate() {
    LatencySketch latency = TelemetryFixtures.sketch(0.1, 0.2, 0.2, 1.0, 1.5, 9, 9, 9, 9, 9);
    assertThat(Apdex.of(latency, 0, Duration.ofMillis(500))).isCloseTo(0.4, within(1e-9));
    assertThat(Apdex.of(latency, 1, Duration.ofMillis(500))).isCloseTo(0.3, within(1e-9));
    assertThat(Apdex.of(LatencySketch.empty(), 0, Duration.ofMillis(500))).isEqualTo(1);
  }
}
