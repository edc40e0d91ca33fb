package dev.headroom.spec;

import dev.headroom.base.Percent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** HTTP in front of the application. */
public record GatewaySpec(
    @Setting(value = "Port; 0 picks a free one.", def = "8080", min = 0, max = 65535) int listen,
    @Setting(value = "Address to bind.", def = "127.0.0.1") String address,
    @Setting(value = "How a replica is chosen.", def = "peak-ewma") Balance balance,
    @Setting(value = "What hash is taken of.", def = "user") CallerKind hashKey,
    @Setting(value = "Time for a response to start.", def = "30s", min = 1)
        Duration responseTimeout,
    @Setting(value = "Time to connect to a replica.", def = "2s", min = 1) Duration connectTimeout,
    @Setting(value = "Time a client connection may stay unused.", def = "75s", min = 1)
        Duration idleTimeout,
    @Setting(
            value = "Requests that may be sent again, beyond ten a second; 0% for none.",
            def = "20%")
        Percent retryBudget,
    @Setting(value = "Whether a replica gets no more than it can work on.", def = "adaptive")
        Concurrency concurrency,
    @Setting(
            value = "Share of new traces that is sampled; failed and slow requests always are.",
            def = "10%",
            max = 100)
        Percent sampling,
    @Setting(value = "Who is asking.") Optional<IdentitySpec> identity,
    @Setting(value = "How much one caller may ask.") List<RateLimitSpec> rateLimits,
    @Setting(value = "What may be answered from the cache.") List<CacheSpec> cache,
    @Setting(value = "Where cached responses are kept.") CacheStoreSpec cacheStore,
    @Setting(value = "Keep a caller on one replica.") Optional<AffinitySpec> affinity,
    @Setting(value = "HTTPS beside HTTP.") Optional<TlsSpec> tls,
    @Setting(value = "Who may say on whose behalf it asks.")
        Optional<TrustedProxiesSpec> trustedProxies,
    @Setting(value = "A line for every request.") Optional<AccessLogSpec> accessLog) {

  public GatewaySpec {
    rateLimits = List.copyOf(rateLimits);
    cache = List.copyOf(cache);
  }

  /** One that only listens, with the defaults for the rest. */
  public static GatewaySpec listening(String address, int listen) {
    return new GatewaySpec(
        listen,
        address,
        Balance.PEAK_EWMA,
        CallerKind.USER,
        Duration.ofSeconds(30),
        Duration.ofSeconds(2),
        Duration.ofSeconds(75),
        new Percent(20),
        Concurrency.ADAPTIVE,
        new Percent(10),
        Optional.empty(),
        List.of(),
        List.of(),
        CacheStoreSpec.DEFAULT,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** How a replica is chosen. */
  public enum Balance {
    ROUND_ROBIN,
    LEAST_REQUESTS,
    PEAK_EWMA,
    HASH
  }

  /** How many requests a replica gets at a time. */
  public enum Concurrency {
    /** As many as do not make it slower; others are refused with 503. */
    ADAPTIVE,
    /** All. */
    UNLIMITED
  }
}
