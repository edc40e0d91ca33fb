package dev.headroom.demo.cache;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The last few hundred entries, in this process. */
public final class LocalCache implements Cache {
  private static final int ENTRIES = 512;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Kept(byte[] value, long expires) {}

  private final LongSupplier nanos;
  private final Map<String, Kept> entries =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > ENTRIES;
        }
      };

  public LocalCache(LongSupplier nanos) {
    this.nanos = nanos;
  }

  @Override
  public Optional<byte[]> get(String key) {
    synchronized (entries) {
      Kept entry = entries.get(key);
      return entry == null || entry.expires - nanos.getAsLong() <= 0
          ? Optional.empty()
          : Optional.of(entry.value);
    }
  }

  @Override
  public void put(String key, byte[] value, Duration ttl) {
    synchronized (entries) {
      entries.put(key, new Kept(value, nanos.getAsLong() + ttl.toNanos()));
    }
  }

  @Override
  public void close() {}
}
