package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricCellsTest {
  private long nanos = 1_000;
  private final TimeSource time =
      new TimeSource() {
        @Override
        public Instant now() {
          return Instant.ofEpochSecond(0, nanos);
        }

        @Override
        public long nanoTime() {
          return nanos;
        }
      };
  private final Attributes resource = Attributes.of("service.name", "x");
  private final MetricCells cells = new MetricCells(time, resource, 3);

  @Test
  void aDrainTellsWhatCameSinceTheLast() {
    cells.record("d", "s", Attributes.of("k", "a"), 0.5);
    cells.record("d", "s", Attributes.of("k", "a"), 0.25);
    cells.add("n", "1", Attributes.empty(), 2);
    nanos = 2_000;

    List<Metric> drained = cells.drain();

    assertThat(drained)
        .containsExactlyInAnyOrder(
            new Metric.Histogram(
                "d",
                "s",
                Attributes.of("k", "a"),
                resource,
                1_000,
                2_000,
                LatencySketchTest.of(0.5, 0.25)),
            new Metric.Sum("n", "1", Attributes.empty(), resource, 1_000, 2_000, 2));
    assertThat(cells.drain()).isEmpty();
  }

  @Test
  void seriesBeyondTheLimitFallTogether() {
    for (int i = 0; i < 5; i++) {
      cells.add("n", "1", Attributes.of("k", (long) i), 1);
    }
    assertThat(cells.drain())
        .hasSize(4)
        .anySatisfy(
            m -> {
              assertThat(m.attributes()).isEqualTo(Attributes.of("otel.metric.overflow", true));
              assertThat(((Metric.Sum) m).value()).isEqualTo(2);
            });
  }

  @Test
  void aSilentSeriesMakesRoom() {
    for (int i = 0; i < 3; i++) {
      cells.add("n", "1", Attributes.of("k", (long) i), 1);
    }
    for (int i = 0; i < 20; i++) {
      cells.drain();
    }
    cells.add("n", "1", Attributes.of("k", 9L), 1);
    assertThat(cells.drain())
        .singleElement()
        .satisfies(m -> assertThat(m.attributes()).isEqualTo(Attributes.of("k", 9L)));
  }
}
