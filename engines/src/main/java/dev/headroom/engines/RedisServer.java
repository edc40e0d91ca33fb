package dev.headroom.engines;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A running Redis server, started as a child process. A node of a cluster comes up knowing nobody,
 * or those it knew when it stopped; joining them is not done here.
 *
 * <p>An instance stands for one run of the server; after it ended, {@link #start} makes the next.
 */
public final class RedisServer implements Component {
  private static final Duration START_BOUND = Duration.ofSeconds(30);
  private static final Duration STOP_BOUND = Duration.ofSeconds(10);
  private static final int TAIL_LINES = 15;

  private final RedisSettings settings;
  private final ChildProcess process;

  private RedisServer(RedisSettings settings, ChildProcess process) {
    this.settings = settings;
    this.process = process;
  }

  /** Starts a server and returns once it answers. */
  public static RedisServer start(
      RedisBinaries binaries, RedisSettings settings, ChildRegistry registry)
      throws InterruptedException {
    FreePorts.requireFree(settings.port(), "Redis " + settings.name());
    if (settings.cluster().isPresent()) {
      FreePorts.requireFree(
          settings.port() + FreePorts.REDIS_BUS_OFFSET, "the cluster bus of " + settings.name());
    }
    Path configuration = writeConfiguration(settings);
    ProcessSpec spec =
        ProcessSpec.of(
                "redis " + settings.name(),
                List.of(binaries.server().toString(), configuration.toString()),
                settings.directory(),
                settings.logFile())
            .withoutInheritedEnvironment()
            .withPorts(List.of(settings.port()));
    RedisServer server = new RedisServer(settings, ChildProcess.start(spec, registry));
    try {
      server.awaitReady();
    } catch (RuntimeException | InterruptedException e) {
      server.close();
      throw e;
    }
    return server;
  }

  /* Redis 6.2 cannot take its password from anywhere but a file or its command line. */
  private static Path writeConfiguration(RedisSettings settings) {
    Path file = settings.directory().resolve(RedisConfiguration.FILE);
    try {
      Files.createDirectories(settings.directory());
      Files.deleteIfExists(file);
      Files.createFile(file, OwnerOnly.FILE);
      return Files.writeString(file, RedisConfiguration.of(settings));
    } catch (IOException e) {
      throw UserError.machine("Cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private void awaitReady() throws InterruptedException {
    boolean done =
        Waiting.until(START_BOUND, () -> !process.isAlive() || RedisPing.succeeds(settings));
    if (done && process.isAlive()) {
      return;
    }
    String what =
        done ? "ended at its start" : "was not ready within " + START_BOUND.toSeconds() + " s";
    throw UserError.machine(
        "Redis %s %s; the end of %s:\n%s"
            .formatted(
                settings.name(),
                what,
                settings.logFile(),
                String.join("\n", process.tail(TAIL_LINES))));
  }

  @Override
  public String name() {
    return process.name();
  }

  @Override
  public Health check() {
    return process.isAlive() ? Health.up() : Health.down(name() + " is not running");
  }

  public RedisSettings settings() {
    return settings;
  }

  public long pid() {
    return process.pid();
  }

  public Instant startedAt() {
    return process.startedAt();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Completes with the exit status when the server ends, for whatever reason. */
  public CompletableFuture<Integer> onExit() {
    return process.onExit();
  }

  /** The last lines of its log since this start. */
  public List<String> tail(int lines) {
    return process.tail(lines);
  }

  /** For example {@code redis://:password@127.0.0.1:10001}. */
  public String url() {
    return "redis://%s%s:%d"
        .formatted(
            settings.password().map(password -> ":" + password + "@").orElse(""),
            settings.host(),
            settings.port());
  }

  /** Kills it as {@code kill -9} does. */
  public void kill() {
    process.kill();
  }

  /** Makes it stand still, or go on, as for a machine that hangs. */
  public void pause(boolean paused) {
    process.signal(paused ? Signal.STOP : Signal.CONT);
  }

  @Override
  public void close() {
    process.stop(STOP_BOUND);
  }

  @Override
  public String toString() {
    return settings + " (pid " + pid() + ")";
  }
}
