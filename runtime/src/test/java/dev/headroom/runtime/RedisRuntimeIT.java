package dev.headroom.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Telemetry;
import dev.headroom.spec.RedisSpec;
import dev.headroom.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisRuntimeIT {
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final List<Telemetry> telemetry = new CopyOnWriteArrayList<>();
  @TempDir private Path folder;

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
  }

  @Test
  void aKilledNodeComesBackAndASecondStartFindsTheCluster() throws InterruptedException {
    List<String> urls;
    try (RedisRuntime redis = start()) {
      urls = redis.connectionUrls();
      assertThat(urls).hasSize(6);
      assertThat(redis.check().isUp()).isTrue();

      ProcessHandle.current().children().findFirst().orElseThrow().destroyForcibly();

      Await.until(
          Duration.ofSeconds(30),
          () -> events().stream().anyMatch(text -> text.endsWith("is back")));
      Await.until(Duration.ofSeconds(30), () -> redis.check().isUp());
    }
    assertThat(ProcessHandle.current().children()).isEmpty();
    try (RedisRuntime again = start()) {
      assertThat(again.connectionUrls()).isEqualTo(urls);
    }
  }

  private List<String> events() {
    return telemetry.stream().flatMap(batch -> batch.logs().stream()).map(LogRecord::body).toList();
  }

  private RedisRuntime start() throws InterruptedException {
    return RedisRuntime.start(
        new RedisSpec(3, 1, List.of()),
        folder.resolve("redis"),
        folder.resolve("logs"),
        ChildRegistry.NONE,
        telemetry::add,
        TimeSource.system(),
        scheduler);
  }
}
