package dev.headroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas are taken away and added while all of them have requests, and no request fails. */
class ScaleDownIT {
  private static final Duration START_BOUND = Duration.ofSeconds(90);
  private static final Duration SCALE_BOUND = Duration.ofSeconds(40);
  private static final int CLIENTS = 24;

  @TempDir private Path folder;

  @Test
  void aScaleDownUnderLoadFailsNoRequest() throws Exception {
    Path document = write(4);
    try (HeadroomProcess up =
        HeadroomProcess.start(folder, List.of("up", "-f", document.toString()))) {
      up.awaitOutput("drain is up", START_BOUND);
      try (Load load = Load.start("http://127.0.0.1:" + up.port("gateway"))) {
        Await.until(SCALE_BOUND, () -> load.ports.size() == 4);

        write(1);
        Await.until(SCALE_BOUND, () -> replicas(up) == 1);
        load.awaitMore(200);
        write(3);
        Await.until(SCALE_BOUND, () -> load.ports.size() >= 6 && replicas(up) == 3);
        write(1);
        Await.until(SCALE_BOUND, () -> replicas(up) == 1);
        load.awaitMore(200);

        assertThat(load.failures).isEmpty();
      }
    }
  }

  private static long replicas(HeadroomProcess up) {
    return up.run().children().stream().filter(child -> child.name().startsWith("web-")).count();
  }

  private Path write(int replicas) throws IOException {
    return Files.writeString(
        folder.resolve("drain.yaml"),
        DemoRun.FREE_PORTS.replace("name: demo", "name: drain")
            + """
              services:
                web:
                  command: ["%s", -Xmx32m, -XX:TieredStopAtLevel=1, -cp, "%s", %s]
                  port: 3000
                  health: {path: /healthz, interval: 200ms}
                  replicas: {min: %d, max: %d}
              database: {replicas: 0}
              redis: {shards: 0}
            """
                .formatted(
                    Path.of(System.getProperty("java.home"), "bin", "java"),
                    HeadroomProcess.ROOT.resolve("e2e/target/test-classes"),
                    SlowApplication.class.getName(),
                    replicas,
                    replicas));
  }

  /** Clients that ask one thing after the other; half of what they ask must not be repeated. */
  private static final class Load implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger answered = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Set<String> ports = ConcurrentHashMap.newKeySet();
    private final URI url;

    private Load(String url) {
      this.url = URI.create(url + "/work");
    }

    static Load start(String url) {
      Load load = new Load(url);
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        load.threads.execute(() -> load.run(number));
      }
      return load;
    }

    private void run(int number) {
      for (int i = 0; !over.get(); i++) {
        String sent = number % 2 == 0 ? "" : "order " + number + "/" + i;
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(30));
        if (!sent.isEmpty()) {
          request.POST(HttpRequest.BodyPublishers.ofString(sent));
        }
        try {
          HttpResponse<String> response =
              http.send(request.build(), HttpResponse.BodyHandlers.ofString());
          String[] parts = response.body().split(" ", 2);
          if (response.statusCode() != 200 || !parts[1].equals(sent)) {
            failures.add(response.statusCode() + " " + response.body());
          }
          ports.add(parts[0]);
          answered.incrementAndGet();
        } catch (IOException e) {
          failures.add(e.toString());
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    void awaitMore(int requests) {
      int until = answered.get() + requests;
      Await.until(SCALE_BOUND, () -> answered.get() >= until);
    }

    @Override
    public void close() {
      over.set(true);
      threads.close();
      http.close();
    }
  }
}
