package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RedisConfigurationTest {
  private static final RedisSettings ALONE =
      RedisSettings.of("r", Path.of("/d"), Path.of("/l"), 10001);

  @Test
  void aloneIsACache() {
    assertThat(RedisConfiguration.of(ALONE).lines())
        .contains("port \"10001\"", "save \"\"", "appendonly \"no\"", "bind \"127.0.0.1\"")
        .noneMatch(line -> line.startsWith("cluster-"));
  }

  @Test
  void nodeAnnouncesItsPorts() {
    assertThat(RedisConfiguration.of(ALONE.withCluster(Duration.ofSeconds(2))).lines())
        .contains(
            "cluster-enabled \"yes\"",
            "cluster-node-timeout \"2000\"",
            "cluster-announce-port \"10001\"",
            "cluster-announce-bus-port \"20001\"",
            "cluster-require-full-coverage \"no\"");
  }

  @Test
  void boundedMemoryEvicts() {
    assertThat(RedisConfiguration.of(ALONE.withMaxMemory(1 << 20)).lines())
        .contains("maxmemory \"1048576\"", "maxmemory-policy \"allkeys-lru\"");
  }

  @Test
  void extraWinsAndPasswordIsQuotedButNotPrinted() {
    RedisSettings settings = ALONE.withExtra("save", "60 1").withPassword("a\"b");

    assertThat(RedisConfiguration.of(settings).lines())
        .contains("save \"60 1\"", "requirepass \"a\\\"b\"", "masterauth \"a\\\"b\"");
    assertThat(settings.toString()).doesNotContain("a\"b");
  }
}
