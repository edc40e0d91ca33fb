package dev.headroom.spec;

import java.time.Duration;
import java.util.OptionalInt;

/** PostgreSQL in front of primary and replicas. */
public record RouterSpec(
    @Setting(value = "Port; 0 picks a free one.", def = "6432", min = 0, max = 65535) int listen,
    @Setting(value = "Address to bind.", def = "127.0.0.1") String address,
    @Setting(
            value = "Server connections per member; auto sizes itself.",
            def = "auto",
            min = 1,
            max = 10_000)
        PoolSize pool,
    @Setting(value = "Time a client waits for a server connection.", def = "10s", min = 1)
        Duration queueTimeout,
    @Setting(
            value = "Time a read waits for a replica to catch up, then the primary answers.",
            def = "0ms")
        Duration freshnessWait,
    @Setting(value = "Replicas further behind get no reads.", def = "10s", min = 1)
        Duration maxLag) {

  /** A number of connections, or {@code auto}. */
  public record PoolSize(OptionalInt fixed) {

    public static final PoolSize AUTO = new PoolSize(OptionalInt.empty());

    /** 20 per member until the pool tunes itself. */
    public int connections() {
      return fixed.orElse(20);
    }

    @Override
    public String toString() {
      return fixed.isPresent() ? Integer.toString(fixed.getAsInt()) : "auto";
    }
  }
}
