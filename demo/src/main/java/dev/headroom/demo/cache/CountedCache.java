package dev.headroom.demo.cache;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.Optional;

/** Counts hits and misses as the metric {@code demo.cache.requests}. */
public final class CountedCache implements Cache {
  private static final AttributeKey<String> RESULT = AttributeKey.stringKey("demo.cache.result");
  private static final Attributes HIT = Attributes.of(RESULT, "hit");
  private static final Attributes MISS = Attributes.of(RESULT, "miss");

  private final Cache cache;
  private final LongCounter requests;

  public CountedCache(Cache cache, Meter meter) {
    this.cache = cache;
    this.requests =
        meter
            .counterBuilder("demo.cache.requests")
            .setDescription("Look-ups in the application's cache")
            .build();
  }

  @Override
  public Optional<byte[]> get(String key) {
    Optional<byte[]> value = cache.get(key);
    requests.add(1, value.isPresent() ? HIT : MISS);
    return value;
  }

  @Override
  public void put(String key, byte[] value, Duration ttl) {
    cache.put(key, value, ttl);
  }

  @Override
  public void close() {
    cache.close();
  }
}
