package dev.headroom.engines;

import java.util.List;

/** Lets background work wait for everything else. */
public final class Niceness {
  private static final String BACKGROUND = "10";

  private Niceness() {}

  /**
   * Gives a process, and all that it starts from now on, less of a busy processor ({@code renice}).
   * Where that is impossible nothing changes: it is a courtesy and no promise.
   */
  public static void background(long pid) {
    var _ = Command.run(List.of("renice", "-n", BACKGROUND, "-p", Long.toString(pid)));
  }
}
