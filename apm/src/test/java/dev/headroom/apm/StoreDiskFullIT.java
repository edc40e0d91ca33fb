package dev.headroom.apm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Health;
import dev.headroom.base.TimeSource;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import dev.headroom.signals.Telemetry;
import dev.headroom.spec.ApmSpec;
import dev.headroom.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk of 48 MiB of its own, which only root may have: skipped otherwise. */
@Timeout(120)
class StoreDiskFullIT {
  private static final int FILLER = 40 << 20;
  private static final Duration BOUND = Duration.ofSeconds(20);

  @TempDir Path disk;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk.toString()),
        "a small disk cannot be mounted (expected: root)");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount", disk.toString());
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  @Test
  void refusesWhileTheDiskIsFullAndGoesOnWhenItIsNot() throws IOException {
    TimeSource time = TimeSource.system();
    TelemetryFixtures now = new TelemetryFixtures(time);
    ApmSpec.Retention retention =
        new ApmSpec.Retention(Duration.ofDays(3), Duration.ofDays(30), ByteSize.mebibytes(1024));
    try (DuckStore store =
        DuckStore.open(disk.resolve("store"), retention, StoreLimits.USUAL, time)) {
      store.accept(Telemetry.spans(List.of(now.server(1, 1, "/a", 200, Duration.ofMillis(5)))));
      store.flush();
      Path filler = disk.resolve("filler");
      Files.write(filler, new byte[FILLER]);

      long trace = 2;
      boolean refused = false;
      for (int batch = 0; batch < 2_000 && !refused; batch++) {
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          spans.add(now.with(trace, 1, Attributes.of("own", "value " + Math.sqrt((double) trace))));
          trace++;
        }
        refused = !store.offer(Telemetry.spans(spans));
      }
      assertThat(refused).as("senders are told to come later").isTrue();
      Await.until(BOUND, () -> store.check() instanceof Health.Degraded);
      assertThat(store.check().toString()).contains("cannot write");
      assertThat(store.trace(TelemetryFixtures.trace(1))).as("what was there is served").hasSize(1);

      Files.delete(filler);
      Await.until(BOUND, () -> store.check() instanceof Health.Up);
      store.flush();
      assertThat(store.trace(TelemetryFixtures.trace(1))).hasSize(1);
      assertThat(store.trace(TelemetryFixtures.trace(2))).as("what waited is stored").hasSize(1);
      assertThat(store.offer(Telemetry.spans(List.of(now.with(trace, 1, Attributes.empty())))))
          .isTrue();
      store.flush();
      assertThat(store.trace(TelemetryFixtures.trace(trace))).hasSize(1);
    }
  }
}
