package dev.headroom.router;

import dev.headroom.base.TimeSource;
import dev.headroom.router.pool.PoolName;
import dev.headroom.spec.RouterSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Sizes the pools of all members while {@code pool: auto} asks for it, and says why. */
final class PoolSizing {
  /* The rest is for other routers, for monitoring, for a person with psql. */
  private static final double SHARE = 0.8;

  /** Changes the limit of a pool. */
  interface Limiter {

    /**
     * @param shown what people call the pool: its member, and its login where there are several
     */
    void limit(PoolFigures pool, PoolTuner.Decision decision, String shown);
  }

  private final TimeSource time;
  private final Limiter limiter;
  private final Map<PoolName, PoolTuner> tuners = new ConcurrentHashMap<>();
  private final Map<PoolName, String> reasons = new ConcurrentHashMap<>();

  PoolSizing(TimeSource time, Limiter limiter) {
    this.time = time;
    this.limiter = limiter;
  }

  /**
   * One window is over.
   *
   * @param connections that a server gives in all; 0 when it is not known
   */
  synchronized void tune(List<PoolFigures> pools, int connections, RouterSpec.PoolSize size) {
    if (size.fixed().isPresent() || connections <= 0) {
      tuners.clear();
      reasons.clear();
      return;
    }
    int forAll = Math.max(1, (int) (connections * SHARE));
    Map<String, Long> logins =
        pools.stream()
            .filter(pool -> pool.total() + pool.waiting() > 0)
            .collect(Collectors.groupingBy(PoolFigures::member, Collectors.counting()));
    Map<String, Long> all =
        pools.stream().collect(Collectors.groupingBy(PoolFigures::member, Collectors.counting()));
    long now = time.nanoTime();
    for (PoolFigures pool : pools) {
      int most = (int) Math.max(1, forAll / logins.getOrDefault(pool.member(), 1L));
      PoolTuner tuner = tuners.get(pool.name());
      if (tuner == null) {
        tuners.put(pool.name(), new PoolTuner(pool, now));
        continue;
      }
      PoolTuner.Decision decision = tuner.next(pool, now, most);
      reasons.put(pool.name(), decision.reason());
      if (decision.limit() != pool.limit()) {
        boolean several = all.getOrDefault(pool.member(), 1L) > 1;
        limiter.limit(pool, decision, several ? pool.name().toString() : pool.member());
      }
    }
  }

  /** Why a pool is as large as it is; empty when the document says its size. */
  String reason(PoolName pool) {
    return reasons.getOrDefault(pool, "");
  }
}
