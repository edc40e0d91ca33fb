package dev.headroom.gateway.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One request to the application on behalf of all that want the same response. Thread-safe; those
 * who wait are called on the thread that completes it.
 */
public final class Fill {
  private final CacheKey key;
  private final Object leader;
  private final List<Consumer<End>> waiters = new ArrayList<>();
  private boolean over;

  /** How it ended. */
  public enum End {
    /** The response is in the cache. */
    STORED,
    /** It must not be kept: everybody asks for himself. */
    UNSTORABLE,
    /** The application did not answer as it should: everybody tries for himself. */
    FAILED,
    /** Whoever led has gone: somebody else may lead. */
    ABANDONED
  }

  Fill(CacheKey key, Object leader) {
    this.key = key;
    this.leader = leader;
  }

  CacheKey key() {
    return key;
  }

  /** Is it for the caller to ask the application? */
  @SuppressWarnings("ReferenceEquality") // Of two equal ones only one leads.
  public boolean isLedBy(Object who) {
    return leader == who;
  }

  /**
   * Waits for the end.
   *
   * @return false when it is over already: look again
   */
  public synchronized boolean await(Consumer<End> waiter) {
    if (over) {
      return false;
    }
    waiters.add(waiter);
    return true;
  }

  void end(End end) {
    List<Consumer<End>> all;
    synchronized (this) {
      over = true;
      all = List.copyOf(waiters);
      waiters.clear();
    }
    all.forEach(waiter -> waiter.accept(end));
  }
}
