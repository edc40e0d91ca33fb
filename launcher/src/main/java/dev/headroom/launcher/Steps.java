package dev.headroom.launcher;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Progress of a start, a line per step, each with the time it took. */
final class Steps {
  private final PrintStream out;
  private final boolean terminal;

  /** One step: what it makes. */
  @FunctionalInterface
  interface Step<T> {
    T run() throws InterruptedException;
  }

  /** Writes to standard error; running steps show only on a terminal. */
  @SuppressWarnings("SystemConsoleNull") // It may be null where the JDK has no jdk.internal.le.
  static Steps onStandardError() {
    Console console = System.console();
    return new Steps(System.err, console != null && console.isTerminal());
  }

  Steps(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Runs one step. What it throws passes through, after the line says that it failed. */
  <T> T run(String what, Step<T> step) throws InterruptedException {
    if (terminal) {
      out.print("  … " + what);
      out.flush();
    }
    long start = System.nanoTime();
    boolean done = false;
    try {
      T result = step.run();
      done = true;
      return result;
    } finally {
      double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0;
      out.printf(
          Locale.ROOT,
          "%s  %s %-58s %6.1f s%n",
          terminal ? "\r\033[K" : "",
          done ? "✓" : "✗",
          what,
          seconds);
      out.flush();
    }
  }

  /** A line that the next one replaces on a terminal, and that is left out elsewhere. */
  void progress(String line) {
    if (terminal) {
      out.print("\r\033[K  " + line);
      out.flush();
    }
  }

  /** The same without progress lines, for what runs inside a step. */
  Steps quiet() {
    return new Steps(new PrintStream(java.io.OutputStream.nullOutputStream()), false);
  }

  /** Ends a progress line, if there is one. */
  void endProgress() {
    if (terminal) {
      out.println();
    }
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }
}
