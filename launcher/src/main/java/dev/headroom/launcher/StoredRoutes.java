package dev.headroom.launcher;

import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.Window;
import dev.headroom.base.TimeSource;
import dev.headroom.gateway.Gateway;
import dev.headroom.signals.Vocabulary;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Tells a gateway what the application calls its routes, as its spans have it: the gateway's own
 * names can only be guessed from paths.
 */
record StoredRoutes(TelemetryQueries store, Gateway gateway, TimeSource time) implements Runnable {
  private static final Logger LOG = System.getLogger(StoredRoutes.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final Duration WINDOW = Duration.ofMinutes(1);

  /** Looks again and again, until the scheduler ends. */
  void watch(ScheduledExecutorService scheduler) {
    var _ =
        scheduler.scheduleWithFixedDelay(
            this, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void run() {
    try {
      look();
    } catch (RuntimeException e) {
      // A look that fails, as on a full disk, must not be the last one.
      LOG.log(Level.DEBUG, "routes of the application: {0}", e.getMessage());
    }
  }

  private void look() {
    store
        .series(
            Vocabulary.SERVER_SPANS,
            Window.before(time.now(), WINDOW),
            WINDOW,
            List.of(Vocabulary.ROUTE))
        .forEach(series -> series.group().text(Vocabulary.ROUTE).ifPresent(gateway::learnRoute));
  }
}
