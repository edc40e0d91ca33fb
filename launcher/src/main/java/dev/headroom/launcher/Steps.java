package dev.headroom.launcher;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/** Progress of a start, a line per step, each with the time it took. */
final class Steps {
  private final PrintStream out;
  private final boolean terminal;

  /** Writes to standard error; running steps show only on a terminal. */
  static Steps onStandardError() {
    return new Steps(System.err, System.console() != null && System.console().isTerminal());
  }

  Steps(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Runs one step. What it throws passes through, after the line says that it failed. */
  <T> T run(String what, Supplier<T> step) {
    if (terminal) {
      out.print("  … " + what);
      out.flush();
    }
    long start = System.nanoTime();
    boolean done = false;
    try {
      T result = step.get();
      done = true;
      return result;
    } finally {
      double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0;
      out.printf(
          Locale.ROOT, "%s  %s %-58s %6.1f s%n", terminal ? "\r\033[K" : "", done ? "✓" : "✗", what, seconds);
      out.flush();
    }
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }
}
