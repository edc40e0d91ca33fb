package dev.headroom.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.engines.RunState;
import dev.headroom.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code headroom demo} on free ports, with small data, and with a look at its parts from outside.
 */
final class DemoRun implements AutoCloseable {
  /** Laid over any document, so that runs do not meet. */
  static final String FREE_PORTS =
      """
      apiVersion: headroom.dev/v1alpha1
      kind: ScaledApp
      metadata: {name: demo}
      spec:
        gateway: {listen: 0}
        router: {listen: 0}
        apm: {grpc: 0, http: 0, console: 0, admin: 0}
      """;

  private static final Duration START_BOUND = Duration.ofSeconds(150);

  private final HeadroomProcess process;
  private final Path report;

  private DemoRun(HeadroomProcess process, Path report) {
    this.process = process;
    this.report = report;
  }

  /**
   * Starts it and returns once it is up.
   *
   * @param spec more of the overlay's {@code spec}, indented by two
   */
  static DemoRun start(Path folder, String spec, String... arguments) throws InterruptedException {
    try {
      Path overlay = Files.writeString(folder.resolve("overlay.yaml"), FREE_PORTS + spec);
      Path report = folder.resolve("report.json");
      List<String> all =
          new ArrayList<>(List.of("demo", "-f", overlay.toString(), "--size", "small", "--report"));
      all.add(report.toString());
      all.addAll(List.of(arguments));
      Training.ensure(folder);
      HeadroomProcess process = HeadroomProcess.start(folder, all);
      DemoRun run = new DemoRun(process, report);
      try {
        process.awaitOutput("demo is up", START_BOUND);
      } catch (AssertionError e) {
        run.close();
        throw e;
      }
      return run;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HeadroomProcess process() {
    return process;
  }

  Postgres postgres() {
    return Postgres.of(process);
  }

  Redis redis() {
    return Redis.of(process);
  }

  /** What the traffic measured; there once it has ended. */
  JsonNode report() {
    try {
      return HeadroomProcess.json(Files.readString(report));
    } catch (IOException e) {
      throw new AssertionError("no report:\n" + process.output(), e);
    }
  }

  /** The traffic's samples of what failed, and what the application itself said about it. */
  String complaints() throws IOException {
    StringBuilder complaints = new StringBuilder(report().path("samples").toString());
    try (Stream<Path> logs = Files.walk(process.state().resolve("logs/api"))) {
      for (Path log : logs.filter(Files::isRegularFile).sorted().toList()) {
        Files.readAllLines(log).stream()
            .filter(line -> !line.startsWith("\tat "))
            .limit(20)
            .forEach(
                line ->
                    complaints.append("\n").append(log.getFileName()).append(": ").append(line));
      }
    }
    return complaints.toString();
  }

  /** The replicas of a service as the console shows them, by state. */
  long ready(String service) {
    long ready = 0;
    for (JsonNode replica : process.api("/api/v1/replicas")) {
      if (replica.path("service").asText().equals(service)
          && replica.path("state").asText().equals("ready")) {
        ready++;
      }
    }
    return ready;
  }

  /** Requests that have ended, by the console. */
  long requestsSince(String instant) {
    long count = 0;
    for (JsonNode endpoint : process.api("/api/v1/endpoints?since=" + instant).path("endpoints")) {
      count += endpoint.path("count").asLong();
    }
    return count;
  }

  /** Kills a child as the kernel would when memory runs out, and returns what it was. */
  RunState.Member kill(String child) {
    RunState.Member victim = process.child(child);
    HeadroomProcess.signal("KILL", victim.pid());
    return victim;
  }

  /** Until every component says that it is up. */
  void awaitAllUp(Duration bound) {
    Await.until(
        bound,
        () -> {
          JsonNode ready =
              HeadroomProcess.json(
                  process.get("http://127.0.0.1:" + process.port("admin") + "/readyz").body());
          for (JsonNode component : ready.path("components")) {
            if (!component.path("status").asText().equals("up")) {
              throw new IllegalStateException(ready.toString());
            }
          }
          return true;
        });
  }

  @Override
  public void close() {
    process.close();
  }
}
