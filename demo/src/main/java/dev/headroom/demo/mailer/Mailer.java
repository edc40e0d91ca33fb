package dev.headroom.demo.mailer;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** The worker: empties the outbox, and runs the nightly jobs in compressed time. */
public final class Mailer implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Mailer.class.getName());
  private static final Duration IDLE = Duration.ofSeconds(1);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

  private final Outbox outbox;
  private final Jobs jobs;
  private final Duration every;
  private final Thread thread;
  private volatile boolean stopping;

  private Mailer(Outbox outbox, Jobs jobs, Duration every) {
    this.outbox = outbox;
    this.jobs = jobs;
    this.every = every;
    this.thread = new Thread(this::work, "mailer");
  }

  /**
   * @param every how often the nightly jobs run
   */
  public static Mailer start(Outbox outbox, Jobs jobs, Duration every) {
    Mailer mailer = new Mailer(outbox, jobs, every);
    mailer.thread.start();
    System.out.println("mailer works");
    return mailer;
  }

  private void work() {
    long nextJobs = System.nanoTime() + every.toNanos();
    while (!stopping) {
      boolean more = false;
      try {
        more = outbox.sendSome() == Outbox.BATCH;
        if (System.nanoTime() - nextJobs >= 0) {
          nextJobs = System.nanoTime() + every.toNanos();
          jobs.run();
        }
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "trying again: {0}", e.getMessage());
      }
      if (!more && !stopping) {
        pause();
      }
    }
  }

  private void pause() {
    try {
      Thread.sleep(IDLE);
    } catch (InterruptedException e) {
      // Woken to stop; the loop's condition says so.
    }
  }

  /** Finishes the batch at hand. */
  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    try {
      thread.join(LONGEST_STOP);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
