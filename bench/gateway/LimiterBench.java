import dev.headroom.base.Rate;
import dev.headroom.gateway.identity.Caller;
import dev.headroom.gateway.identity.ClientAddress;
import dev.headroom.gateway.limits.LimitVerdict;
import dev.headroom.gateway.limits.Limiter;
import dev.headroom.spec.CallerKind;
import dev.headroom.spec.RateLimitSpec;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The limiter at one million callers: memory of the table, and processor time of a check of one
 * rule, allowed and refused, with callers drawn evenly (the worst for the processor's cache).
 */
public final class LimiterBench {
  private static final int CALLERS = 1_000_000;
  private static final int CHECKS = 1_000_000;
  private static final int ROUNDS = 3;

  public static void main(String[] args) throws Exception {
    ClientAddress[] addresses = new ClientAddress[CALLERS];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < CALLERS; i++) {
      addresses[i] = new ClientAddress("192.0.2.1", random.nextLong() | 1L << 63);
    }
    long before = used();
    Limiter limiter = limiter("100/h", 100);
    LimitVerdict verdict = new LimitVerdict();
    long now = System.nanoTime();
    // Each owes 108 s, so that nobody is forgotten meanwhile.
    for (int round = 0; round < 3; round++) {
      for (ClientAddress address : addresses) {
        limiter.check(Caller.UNKNOWN, address, "/api/search", "GET", now, verdict);
      }
    }
    System.out.printf("callers counted: %,d of %,d; table: %.1f MB%n",
        limiter.rules().getFirst().callers(System.nanoTime()), CALLERS, (used() - before) / 1e6);
    Limiter refusing = limiter("1/d", 1);
    for (ClientAddress address : addresses) {
      refusing.check(Caller.UNKNOWN, address, "/api/search", "GET", now, verdict);
    }
    for (int threads = 1; threads <= 2; threads++) {
      for (int round = 1; round <= ROUNDS; round++) {
        System.out.printf(
            "%d thread%s, round %d: allowed %.0f ns, refused %.0f ns of processor time a check%n",
            threads, threads == 1 ? "" : "s", round,
            round(limiter, addresses, threads), round(refusing, addresses, threads));
      }
    }
  }

  private static Limiter limiter(String rate, int burst) {
    return Limiter.of(
        List.of(
            new RateLimitSpec(
                Optional.empty(), CallerKind.IP, Optional.empty(), Optional.empty(), List.of(),
                Rate.parse(rate).orElseThrow(), OptionalInt.of(burst), false)),
        false,
        Limiter.NONE);
  }

  private static double round(Limiter limiter, ClientAddress[] addresses, int threads)
      throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Long>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int seed = t;
        all.add(
            pool.submit(
                () -> {
                  SplittableRandom random = new SplittableRandom(seed);
                  LimitVerdict verdict = new LimitVerdict();
                  long refused = 0;
                  ThreadMXBean threadTimes = ManagementFactory.getThreadMXBean();
                  long start = threadTimes.getCurrentThreadCpuTime();
                  for (int i = 0; i < CHECKS; i++) {
                    ClientAddress address = addresses[random.nextInt(CALLERS)];
                    limiter.check(
                        Caller.UNKNOWN, address, "/api/search", "GET", System.nanoTime(), verdict);
                    refused += verdict.isRefused() ? 1 : 0;
                  }
                  long nanos = threadTimes.getCurrentThreadCpuTime() - start;
                  System.out.printf("  refused: %.1f %%%n", 100.0 * refused / CHECKS);
                  return nanos;
                }));
      }
      double sum = 0;
      for (Future<Long> each : all) {
        sum += each.get();
      }
      return sum / threads / CHECKS;
    }
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
