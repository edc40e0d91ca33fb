package dev.headroom.demo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LocalCacheTest {
  @Test
  void forgetsAfterATimeAndWhenFull() {
    AtomicLong nanos = new AtomicLong();
    LocalCache cache = new LocalCache(nanos::get);
    cache.put("a", new byte[] {1}, Duration.ofSeconds(5));
    assertThat(cache.get("a")).contains(new byte[] {1});
    nanos.set(Duration.ofSeconds(5).toNanos());
    assertThat(cache.get("a")).isEmpty();
    for (int i = 0; i < 600; i++) {
      cache.put("k" + i, new byte[0], Duration.ofSeconds(5));
    }
    assertThat(cache.get("k0")).isEmpty();
    assertThat(cache.get("k599")).isPresent();
  }
}
