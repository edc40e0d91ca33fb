package dev.headroom.launcher;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs what stays until it is told to end. Ctrl-C and SIGTERM interrupt it, wherever it is, and the
 * process waits until it has cleaned up behind itself.
 */
final class Foreground {
  private static final long CLEAN_UP_SECONDS = 90;

  private Foreground() {}

  /** What runs; cleans up before it returns or throws. */
  @FunctionalInterface
  interface Body {
    int run() throws InterruptedException;
  }

  /** The status of {@code body}, or 130 when a signal ended it. */
  static int run(Body body) {
    Thread main = Thread.currentThread();
    CountDownLatch clean = new CountDownLatch(1);
    Thread hook =
        Thread.ofPlatform()
            .name("signal")
            .unstarted(
                () -> {
                  main.interrupt();
                  try {
                    // Past this the children are left to the next start, which ends them.
                    clean.await(CLEAN_UP_SECONDS, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      int status = body.run();
      Runtime.getRuntime().removeShutdownHook(hook);
      return status;
    } catch (InterruptedException e) {
      return 130;
    } catch (IllegalStateException e) {
      // The JVM goes down already, so the hook stays: the signal came at the very end.
      if (String.valueOf(e.getMessage()).contains("Shutdown in progress")) {
        return 130;
      }
      throw e;
    } finally {
      clean.countDown();
    }
  }
}
