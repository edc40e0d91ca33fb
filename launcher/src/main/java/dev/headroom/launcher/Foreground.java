package dev.headroom.launcher;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

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
    AtomicBoolean signalled = new AtomicBoolean();
    Thread hook =
        Thread.ofPlatform()
            .name("signal")
            .unstarted(
                () -> {
                  signalled.set(true);
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
    } catch (RuntimeException e) {
      // What was under way when the signal came fails in its own words; removing the hook does so
      // even before the hook has begun.
      if (signalled.get() || "Shutdown in progress".equals(e.getMessage())) {
        return 130;
      }
      throw e;
    } finally {
      clean.countDown();
    }
  }
}
