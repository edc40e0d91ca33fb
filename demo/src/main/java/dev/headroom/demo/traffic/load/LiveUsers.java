package dev.headroom.demo.traffic.load;

/** The users of a shape, until someone sets another number while it runs. Thread-safe. */
public final class LiveUsers {
  private static final int BY_SHAPE = -1;

  private final LoadShape shape;
  // Written by whoever controls the run, read by the one who paces it.
  private volatile int fixed = BY_SHAPE;
  private volatile double current;

  public LiveUsers(LoadShape shape) {
    this.shape = shape;
    this.current = shape.usersAt(0);
  }

  /** From now on {@code users}, whatever the shape says. */
  public void fix(int users) {
    if (users < 0) {
      throw new IllegalArgumentException("users: " + users + " (expected: 0 or more)");
    }
    fixed = users;
  }

  /** Back to the shape. */
  public void release() {
    fixed = BY_SHAPE;
  }

  /** Users at that second of the run; remembered as {@link #current}. */
  public double at(double second) {
    int set = fixed;
    double users = set == BY_SHAPE ? shape.usersAt(second) : set;
    current = users;
    return users;
  }

  /** What {@link #at} last said. */
  public double current() {
    return current;
  }
}
