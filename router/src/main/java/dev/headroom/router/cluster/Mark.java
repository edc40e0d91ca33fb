package dev.headroom.router.cluster;

import org.jspecify.annotations.Nullable;

/**
 * The moment at which somebody's last write was committed; a replica is fresh for him when it has
 * replayed that moment. Becomes a position of the log once the primary has been asked after it.
 */
public final class Mark {
  /** Has not written: every replica is fresh. */
  public static final Mark NONE = new Mark(Long.MIN_VALUE);

  private final long wroteAt;
  /* Set once by whoever asks first; all would set an equally valid one. */
  private volatile @Nullable Position token;

  private Mark(long wroteAt) {
    this.wroteAt = wroteAt;
  }

  /** A commit whose end was seen at {@code nanoTime} by the router's clock. */
  public static Mark wroteAt(long nanoTime) {
    return new Mark(nanoTime);
  }

  public long wroteAt() {
    return wroteAt;
  }

  public boolean isNone() {
    return wroteAt == Long.MIN_VALUE;
  }

  /** The later of the two. */
  public static Mark later(Mark a, Mark b) {
    if (a.isNone() || b.isNone()) {
      return a.isNone() ? b : a;
    }
    return a.wroteAt - b.wroteAt >= 0 ? a : b;
  }

  @Nullable Position token() {
    return token;
  }

  void resolve(Position position) {
    token = position;
  }
}
