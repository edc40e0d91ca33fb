package dev.headroom.demo.traffic;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * A run that a signal ends early but not roughly: its report is written, and the exit status is 0.
 */
final class StoppableRun {
  private final TrafficRun run;
  private final CountDownLatch finished = new CountDownLatch(1);
  // Set by the running thread before it counts down, read by the hook after.
  private int status = 1;

  private StoppableRun(TrafficRun run) {
    this.run = run;
  }

  static int run(TrafficRun run) throws IOException {
    StoppableRun stoppable = new StoppableRun(run);
    Runtime.getRuntime().addShutdownHook(new Thread(stoppable::stop, "traffic-stop"));
    return stoppable.run();
  }

  private int run() throws IOException {
    try {
      run.run();
      status = 0;
      return status;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return status;
    } finally {
      finished.countDown();
    }
  }

  private void stop() {
    if (finished.getCount() == 0) {
      // The program ends by itself, with the status it has chosen.
      return;
    }
    run.stop();
    try {
      finished.await();
    } catch (InterruptedException _) {
      return;
    }
    System.out.flush();
    // A JVM that a signal ends would exit with 128 and the signal's number.
    Runtime.getRuntime().halt(status);
  }
}
