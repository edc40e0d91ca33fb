package dev.headroom.apm;

import dev.headroom.base.TimeSource;
import dev.headroom.signals.Telemetry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Writes until it is killed; a line on stdout is a promise. Run by {@link StoreCrashIT}. */
final class CrashWriter {
  private CrashWriter() {}

  public static void main(String[] args) {
    TimeSource time = TimeSource.system();
    TelemetryFixtures now = new TelemetryFixtures(time);
    DuckStore store =
        DuckStore.open(Path.of(args[0]), DuckStoreTest.RETENTION, StoreLimits.USUAL, time);
    for (long id = Long.parseLong(args[1]); ; id++) {
      store.accept(
          new Telemetry(
              List.of(now.server(id, id, "/crash", 200, Duration.ofNanos(id))),
              List.of(now.sum("crash", 1)),
              List.of(now.event("crash", Long.toString(id)))));
      if (id % 50 == 0) {
        store.flush();
        System.out.println(id);
      }
      if (id % 400 == 0) {
        // Killed in the middle of this, too.
        store.sealAll();
      }
    }
  }
}
