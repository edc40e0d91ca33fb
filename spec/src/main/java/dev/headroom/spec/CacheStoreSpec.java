package dev.headroom.spec;

import dev.headroom.base.ByteSize;
import java.time.Duration;

/** Where cached responses are kept: in memory first, in Redis second. */
public record CacheStoreSpec(
    @Setting(value = "Most memory of a gateway process.", def = "64Mi", min = 1_048_576)
        ByteSize memory,
    @Setting(value = "Largest response that is kept.", def = "1Mi", min = 1024) ByteSize largest,
    @Setting(value = "Share through Redis where the document has one.", def = "true") boolean redis,
    @Setting(
            value = "Longest wait for Redis; then as if it were not there.",
            def = "50ms",
            min = 1,
            max = 5000)
        Duration redisTimeout) {

  /** What an absent section means. */
  public static final CacheStoreSpec DEFAULT =
      new CacheStoreSpec(
          ByteSize.mebibytes(64), ByteSize.mebibytes(1), true, Duration.ofMillis(50));
}
