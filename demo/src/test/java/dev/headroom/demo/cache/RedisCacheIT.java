package dev.headroom.demo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testing.Await;
import dev.headroom.testing.RedisExtension;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

class RedisCacheIT {
  @RegisterExtension static final RedisExtension SINGLE = RedisExtension.single();
  @RegisterExtension static final RedisExtension NODES = RedisExtension.nodes(1);

  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final byte[] VALUE = "value".getBytes(StandardCharsets.UTF_8);

  private static void keeps(String url) {
    try (RedisCache cache = new RedisCache(url)) {
      // It misses until it is connected.
      Await.until(
          BOUND,
          () -> {
            cache.put("key", VALUE, Duration.ofMinutes(1));
            return cache.get("key").isPresent();
          });
      assertThat(cache.get("key")).contains(VALUE);
      assertThat(cache.get("other")).isEmpty();
      cache.put("short", VALUE, Duration.ofMillis(1));
      Await.until(BOUND, () -> cache.get("short").isEmpty());
    }
  }

  @Test
  void keepsInOneServer() {
    keeps(SINGLE.url());
  }

  @Test
  void keepsInACluster() {
    String url = NODES.servers().getFirst().url();
    try (Jedis node = new Jedis(URI.create(url))) {
      node.clusterAddSlots(IntStream.range(0, 16_384).toArray());
      Await.until(BOUND, () -> node.clusterInfo().contains("cluster_state:ok"));
    }
    keeps(url);
  }

  @Test
  void missesWithoutRedis() {
    try (RedisCache cache = new RedisCache("redis://127.0.0.1:1")) {
      cache.put("key", VALUE, Duration.ofMinutes(1));
      assertThat(cache.get("key")).isEmpty();
    }
  }
}
