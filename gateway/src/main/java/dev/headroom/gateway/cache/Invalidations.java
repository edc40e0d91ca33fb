package dev.headroom.gateway.cache;

import dev.headroom.gateway.identity.KeyedHash;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What an unsafe method has made stale: RFC 9111, section 4.4. Thread-safe, fixed memory.
 *
 * <p>A table of moments by hash. A stored response is out of date when the moment of one of its
 * scopes is later than its request, which holds for responses that were on their way at that moment
 * as well. Two scopes may share a moment: then a response goes that could have stayed.
 */
final class Invalidations {
  private static final int SIZE = 1 << 18;

  private final AtomicLongArray moments = new AtomicLongArray(SIZE);
  private final KeyedHash hash;

  Invalidations(KeyedHash hash, long now) {
    this.hash = hash;
    for (int i = 0; i < SIZE; i++) {
      moments.setPlain(i, now - 1);
    }
  }

  /*
   * Three scopes of a path. A write by somebody whose tenant is verified changes what that tenant
   * sees and what everybody sees; a write by anybody else may change what any tenant sees.
   */
  long shared(String host, String path) {
    return hash.of("s\0" + host + '\0' + path);
  }

  long everyTenant(String host, String path) {
    return hash.of("e\0" + host + '\0' + path);
  }

  long tenant(String host, String path, String tenant) {
    return hash.of("t\0" + host + '\0' + path + '\0' + tenant);
  }

  /** Something in the scope has changed. */
  void mark(long scope, long now) {
    int i = index(scope);
    long before = moments.get(i);
    while (now - before > 0 && !moments.compareAndSet(i, before, now)) {
      before = moments.get(i);
    }
  }

  /** Was something marked in the scope at or after {@code moment}? */
  boolean isMarkedSince(long scope, long moment) {
    return moments.get(index(scope)) - moment >= 0;
  }

  private static int index(long scope) {
    return (int) scope & (SIZE - 1);
  }
}
