package dev.headroom.apm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.signals.LatencySketch;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SketchBytesTest {
  @Test
  void whatIsEncodedComesBack() {
    Random random = new Random(1);
    for (int n = 0; n < 200; n++) {
      LatencySketch.Recorder recorder = new LatencySketch.Recorder();
      for (int i = 0; i < n; i++) {
        recorder.record(Math.exp(random.nextGaussian() * 4) * (random.nextInt(20) == 0 ? 0 : 1));
      }
      LatencySketch sketch = recorder.drain();
      assertThat(SketchBytes.decode(SketchBytes.encode(sketch))).isEqualTo(sketch);
    }
  }

  @Test
  void aSmallSketchTakesFewBytes() {
    assertThat(SketchBytes.encode(TelemetryFixtures.sketch(0.010, 0.012))).hasSizeLessThan(40);
  }
}
