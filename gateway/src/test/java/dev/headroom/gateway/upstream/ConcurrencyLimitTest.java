package dev.headroom.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

/** Against a model of a replica: so many workers, each busy for so long, a queue before them. */
class ConcurrencyLimitTest {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1000 * MILLI;

  private long now;
  private final ConcurrencyLimit limit = new ConcurrencyLimit(0);

  /** What became of a time of load: how many were refused, and the longest wait. */
  private record Load(int sent, int refused, long worstNanos) {}

  private Load run(int workers, long serviceNanos, int perSecond, int seconds) {
    PriorityQueue<Long> free = new PriorityQueue<>();
    for (int i = 0; i < workers; i++) {
      free.add(now);
    }
    // Ends of what waits or runs, as {end, begin}.
    PriorityQueue<long[]> running = new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
    long end = now + seconds * SECOND;
    long step = SECOND / perSecond;
    int sent = 0;
    int refused = 0;
    long worst = 0;
    for (; now < end; now += step) {
      while (!running.isEmpty() && running.peek()[0] <= now) {
        long[] over = running.remove();
        limit.observe(over[0] - over[1], running.size() + 1, over[0]);
      }
      if (running.size() >= limit.limit()) {
        refused++;
        continue;
      }
      long finish = Math.max(now, free.remove()) + serviceNanos;
      free.add(finish);
      running.add(new long[] {finish, now});
      sent++;
      if (now > end - SECOND) {
        worst = Math.max(worst, finish - now);
      }
    }
    return new Load(sent, refused, worst);
  }

  @Test
  void nothing_is_refused_while_the_replica_keeps_up() {
    assertThat(run(100, 50 * MILLI, 1_500, 60).refused).isZero();
  }

  @Test
  void overload_is_refused_before_the_queue_explodes() {
    run(100, 50 * MILLI, 1_500, 20);
    // It can do 2,000 a second; without a limit the wait would be 5 s at the end, and growing.
    Load over = run(100, 50 * MILLI, 3_000, 10);
    assertThat(over.refused).isBetween(5_000, 14_000);
    assertThat(over.sent).isGreaterThan(16_000);
    assertThat(over.worstNanos).isLessThan(250 * MILLI);
  }

  @Test
  void it_opens_again_when_the_replica_is_well() {
    run(100, 50 * MILLI, 1_500, 20);
    run(100, 50 * MILLI, 3_000, 10);
    run(100, 50 * MILLI, 1_500, 10);
    assertThat(run(100, 50 * MILLI, 1_500, 30).refused).isZero();
  }

  @Test
  void a_few_waiting_requests_are_never_refused() {
    run(4, MILLI, 500, 20);
    run(4, 100 * MILLI, 500, 20);
    assertThat(limit.limit()).isGreaterThanOrEqualTo(ConcurrencyLimit.LEAST);
  }
}
