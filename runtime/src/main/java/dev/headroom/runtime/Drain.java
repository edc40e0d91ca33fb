package dev.headroom.runtime;

import java.time.Duration;

/** Knows when a replica that gets no new requests has finished those it had. */
@FunctionalInterface
public interface Drain {

  /** Returns when nothing is in progress at {@code instance}, or {@code bound} has passed. */
  void await(String service, String instance, Duration bound) throws InterruptedException;
}
