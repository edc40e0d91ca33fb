package dev.headroom.engines;

import java.io.IOException;
import java.io.UncheckedIOException;

/** What a process can be told. */
public enum Signal {
  /** Re-read the configuration. */
  HUP,
  /** PostgreSQL: fast shutdown, which rolls back and disconnects. */
  INT,
  /** PostgreSQL: immediate shutdown, which leaves recovery to the next start. */
  QUIT,
  /** End in good order. */
  TERM,
  /** End at once. */
  KILL,
  /** Stand still. */
  STOP,
  /** Go on after {@link #STOP}. */
  CONT;

  /** Sends this to {@code target}; false when that process is gone. */
  boolean send(ProcessId target) {
    if (!target.isAlive()) {
      return false;
    }
    return switch (this) {
      case TERM -> target.handle().map(ProcessHandle::destroy).orElse(false);
      case KILL -> target.handle().map(ProcessHandle::destroyForcibly).orElse(false);
      // Java can send the two above only; the shell's own kill is everywhere.
      case HUP, INT, QUIT, STOP, CONT -> byShell(target.pid());
    };
  }

  private boolean byShell(long pid) {
    try {
      return new ProcessBuilder("sh", "-c", "kill -" + name() + " " + pid)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      throw new UncheckedIOException("sh is needed to send SIG" + name() + " to " + pid, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
