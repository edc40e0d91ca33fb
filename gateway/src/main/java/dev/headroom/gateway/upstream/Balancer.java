package dev.headroom.gateway.upstream;

import dev.headroom.spec.GatewaySpec.Balance;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** Chooses among replicas that are equally fit. Thread-safe. */
interface Balancer {

  /**
   * One of {@code fit}.
   *
   * @param fit at least one
   * @param hash of the caller
   */
  Upstream choose(Upstream[] fit, RandomGenerator random, long now, long hash);

  static Balancer of(Balance balance) {
    return switch (balance) {
      case ROUND_ROBIN -> new RoundRobin();
      case LEAST_REQUESTS -> new LeastRequests();
      case PEAK_EWMA -> new TwoChoices();
      case HASH -> new Rendezvous();
    };
  }

  /**
   * The one that ranks highest for the caller: the same one as long as it is fit, and when it goes
   * only its own callers move.
   */
  final class Rendezvous implements Balancer {
    @Override
    public Upstream choose(Upstream[] fit, RandomGenerator random, long now, long hash) {
      Upstream best = fit[0];
      long highest = best.rank(hash);
      for (int i = 1; i < fit.length; i++) {
        long rank = fit[i].rank(hash);
        if (rank > highest) {
          best = fit[i];
          highest = rank;
        }
      }
      return best;
    }
  }

  /** In turn. */
  final class RoundRobin implements Balancer {
    private final AtomicInteger turn = new AtomicInteger();

    @Override
    public Upstream choose(Upstream[] fit, RandomGenerator random, long now, long hash) {
      return fit[Math.floorMod(turn.getAndIncrement(), fit.length)];
    }
  }

  /** The one with the fewest running requests; from a random start, so that ties spread. */
  final class LeastRequests implements Balancer {
    @Override
    public Upstream choose(Upstream[] fit, RandomGenerator random, long now, long hash) {
      int start = random.nextInt(fit.length);
      Upstream best = fit[start];
      int fewest = best.running();
      for (int i = 1; i < fit.length && fewest > 0; i++) {
        Upstream candidate = fit[(start + i) % fit.length];
        int running = candidate.running();
        if (running < fewest) {
          best = candidate;
          fewest = running;
        }
      }
      return best;
    }
  }

  /**
   * The lower {@link PeakEwma} load of two random ones: close to the best choice at a constant
   * price, without the herd that runs to the single best (Mitzenmacher 2001).
   */
  final class TwoChoices implements Balancer {
    @Override
    public Upstream choose(Upstream[] fit, RandomGenerator random, long now, long hash) {
      if (fit.length == 1) {
        return fit[0];
      }
      int first = random.nextInt(fit.length);
      int second = random.nextInt(fit.length - 1);
      if (second >= first) {
        second++;
      }
      return fit[first].load(now) <= fit[second].load(now) ? fit[first] : fit[second];
    }
  }
}
