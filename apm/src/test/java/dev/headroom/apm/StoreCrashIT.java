package dev.headroom.apm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import dev.headroom.signals.TraceId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} at random points; {@code -Dcrash.rounds} makes it more of them. */
class StoreCrashIT {
  private static final int ROUNDS = Integer.getInteger("crash.rounds", 8);

  @TempDir Path folder;

  @Test
  void nothingCommittedIsLost() throws IOException, InterruptedException {
    Random random = new Random(5);
    long next = 1;
    long committed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Process writer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CrashWriter.class.getName(),
                  folder.toString(),
                  Long.toString(next))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader lines = writer.inputReader()) {
        int promises = 1 + random.nextInt(30);
        for (int i = 0; i < promises; i++) {
          String line = lines.readLine();
          assertThat(line).as("the writer runs").isNotNull();
          committed = Long.parseLong(line);
        }
      } finally {
        writer.destroyForcibly().waitFor();
      }

      long start = System.nanoTime();
      try (TelemetryStore store =
          TelemetryStore.open(folder, DuckStoreTest.RETENTION, TimeSource.system())) {
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        for (long id = 1; id <= committed; id += 37) {
          assertThat(store.trace(new TraceId(0xABCDL << 48, id))).as("trace %d", id).hasSize(1);
        }
        assertThat(store.trace(new TraceId(0xABCDL << 48, committed))).hasSize(1);
        Window day = Window.before(TimeSource.system().now().plusSeconds(5), Duration.ofDays(1));
        long sum =
            (long)
                store
                    .series("crash", day, Duration.ofDays(9), List.of())
                    .getFirst()
                    .points()
                    .stream()
                    .mapToDouble(TelemetryQueries.Point::value)
                    .sum();
        // What came after the last promise may be there or not, but spans and sums alike.
        assertThat(sum).isGreaterThanOrEqualTo(committed);
        assertThat(sum).isEqualTo(store.events(day, "crash", 1_000_000).size());
        next = sum + 1;
      }
    }
  }
}
