package dev.headroom.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** HTTP in front of the application. */
public record GatewaySpec(
    @Setting(value = "Port; 0 picks a free one.", def = "8080", min = 0, max = 65535) int listen,
    @Setting(value = "Address to bind.", def = "127.0.0.1") String address,
    @Setting(value = "How a replica is chosen.", def = "peak-ewma", notYetWords = "hash")
        Balance balance,
    @Setting(value = "Time for a response to start.", def = "30s", min = 1)
        Duration responseTimeout,
    @Setting(value = "Time to connect to a replica.", def = "2s", min = 1) Duration connectTimeout,
    @Setting(value = "Time a client connection may stay unused.", def = "75s", min = 1)
        Duration idleTimeout,
    @Setting(value = "Who is asking.", notYet = true) Optional<IdentitySpec> identity,
    @Setting(value = "How much one caller may ask.", notYet = true) List<RateLimitSpec> rateLimits,
    @Setting(value = "What may be answered from the cache.", notYet = true) List<CacheSpec> cache,
    @Setting(value = "Keep a caller on one replica.", notYet = true)
        Optional<AffinitySpec> affinity) {

  public GatewaySpec {
    rateLimits = List.copyOf(rateLimits);
    cache = List.copyOf(cache);
  }

  /** How a replica is chosen. */
  public enum Balance {
    ROUND_ROBIN,
    LEAST_REQUESTS,
    PEAK_EWMA,
    HASH
  }
}
