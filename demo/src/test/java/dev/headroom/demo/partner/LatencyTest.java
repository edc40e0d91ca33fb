package dev.headroom.demo.partner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class LatencyTest {
  @Test
  void hasMeanOneATailAndNoSurprises() {
    Latency latency = new Latency();
    Latency again = new Latency();
    double[] all = DoubleStream.generate(latency::next).limit(20_000).toArray();
    assertThat(DoubleStream.of(all).average().orElseThrow()).isCloseTo(1, within(0.02));
    assertThat(DoubleStream.of(all).filter(x -> x > 2).count()).isBetween(400L, 2_000L);
    assertThat(DoubleStream.of(all).max().orElseThrow()).isLessThanOrEqualTo(6);
    assertThat(again.next()).isEqualTo(all[0]);
  }
}
