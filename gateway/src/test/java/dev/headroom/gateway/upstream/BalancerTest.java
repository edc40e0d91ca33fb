package dev.headroom.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headroom.gateway.Replica;
import dev.headroom.spec.GatewaySpec.Balance;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BalancerTest {
  private static final long MILLI = Duration.ofMillis(1).toNanos();
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final SplittableRandom random = new SplittableRandom(1);

  private static Upstream[] upstreams(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new Upstream(
                    "web",
                    new Replica(
                        "web-" + i, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1 + i)),
                    0))
        .toArray(Upstream[]::new);
  }

  private Map<String, Integer> choices(Balancer balancer, Upstream[] fit, long now, int times) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < times; i++) {
      counts.merge(balancer.choose(fit, random, now, 0).instance(), 1, Integer::sum);
    }
    return counts;
  }

  @Test
  void round_robin_takes_turns() {
    Map<String, Integer> counts = choices(Balancer.of(Balance.ROUND_ROBIN), upstreams(3), 0, 300);
    assertThat(counts.values()).containsExactly(100, 100, 100);
  }

  @Test
  void least_requests_takes_the_one_with_fewest() {
    Upstream[] fit = upstreams(3);
    fit[0].begin(false, 0);
    fit[1].begin(false, 0);
    assertThat(choices(Balancer.of(Balance.LEAST_REQUESTS), fit, 0, 100)).containsOnlyKeys("web-2");
    fit[2].begin(false, 0);
    assertThat(choices(Balancer.of(Balance.LEAST_REQUESTS), fit, 0, 3000).values())
        .allSatisfy(count -> assertThat(count).isCloseTo(1000, within(150)));
  }

  @Test
  void peak_ewma_spreads_over_equals_and_avoids_the_slow() {
    Upstream[] fit = upstreams(4);
    for (Upstream upstream : fit) {
      upstream.answered(10 * MILLI, 0);
    }
    fit[3].answered(200 * MILLI, 0);

    Map<String, Integer> counts = choices(Balancer.of(Balance.PEAK_EWMA), fit, 0, 4000);

    assertThat(counts).doesNotContainKey("web-3");
    // Ties go to the first of the pair, which is random as well.
    assertThat(counts.values()).allSatisfy(count -> assertThat(count).isCloseTo(1333, within(200)));
  }

  @Test
  void peak_ewma_weighs_what_runs() {
    Upstream[] fit = upstreams(2);
    fit[0].answered(10 * MILLI, 0);
    fit[1].answered(30 * MILLI, 0);
    Balancer balancer = Balancer.of(Balance.PEAK_EWMA);
    assertThat(balancer.choose(fit, random, 0, 0)).isSameAs(fit[0]);
    fit[0].begin(false, 0);
    fit[0].begin(false, 0);
    fit[0].begin(false, 0);
    assertThat(balancer.choose(fit, random, 0, 0)).isSameAs(fit[1]);
  }

  @Test
  void a_failure_is_no_fast_answer() {
    Upstream[] fit = upstreams(2);
    fit[0].answered(50 * MILLI, 0);
    fit[1].failed(MILLI, 0);
    Balancer balancer = Balancer.of(Balance.PEAK_EWMA);
    assertThat(balancer.choose(fit, random, 0, 0)).isSameAs(fit[0]);
    fit[0].answered(50 * MILLI, 60 * SECOND);
    assertThat(balancer.choose(fit, random, 60 * SECOND, 0)).as("forgiven").isSameAs(fit[1]);
  }

  @Test
  void hash_spreads_callers_and_moves_only_those_of_a_replica_that_goes() {
    Upstream[] five = upstreams(5);
    Upstream[] four = Arrays.copyOf(five, 4);
    Balancer balancer = Balancer.of(Balance.HASH);
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      long caller = random.nextLong();
      Upstream before = balancer.choose(five, random, 0, caller);
      assertThat(balancer.choose(five, random, 0, caller)).isSameAs(before);
      counts.merge(before.instance(), 1, Integer::sum);
      if (before != five[4]) {
        assertThat(balancer.choose(four, random, 0, caller)).isSameAs(before);
      }
    }
    assertThat(counts.values()).hasSize(5).allSatisfy(n -> assertThat(n).isBetween(1850, 2150));
  }

  @Test
  void the_average_jumps_to_a_peak_and_decays() {
    PeakEwma ewma = new PeakEwma(10 * SECOND, 0);
    assertThat(ewma.load(0, 0)).isZero();
    assertThat(ewma.load(1, 0)).as("asked and never answered").isGreaterThan(1e13);
    ewma.observe(100, 0);
    assertThat(ewma.load(0, 0)).isEqualTo(100);
    assertThat(ewma.load(3, 0)).isEqualTo(400);
    ewma.observe(50, 10 * SECOND);
    double weight = Math.exp(-1);
    assertThat(ewma.load(0, 10 * SECOND)).isCloseTo(100 * weight + 50 * (1 - weight), within(1e-9));
    ewma.observe(1000, 10 * SECOND);
    assertThat(ewma.load(0, 10 * SECOND)).isEqualTo(1000);
  }

  @Test
  void the_mean_of_running_requests_is_weighted_by_time() {
    InFlight inFlight = new InFlight(0);
    inFlight.begin(0);
    inFlight.begin(2 * SECOND);
    inFlight.end(3 * SECOND);
    assertThat(inFlight.mean(4 * SECOND)).isCloseTo((2 + 2 + 1) / 4.0, within(1e-9));
    assertThat(inFlight.mean(5 * SECOND)).isCloseTo(1, within(1e-9));
    inFlight.end(5 * SECOND);
    assertThat(inFlight.mean(10 * SECOND)).isZero();
  }
}
