package dev.headroom.demo.cache;

import java.time.Duration;
import java.util.Optional;

/** Bytes by key for a short time. A cache that cannot be reached is one that always misses. */
public interface Cache extends AutoCloseable {
  Optional<byte[]> get(String key);

  void put(String key, byte[] value, Duration ttl);

  @Override
  void close();
}
