package dev.headroom.demo.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The generator as a process of its own. */
@Timeout(120)
class TrafficIT {
  @TempDir private Path folder;
  private FakeTracker tracker;
  private final List<Process> processes = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    tracker = new FakeTracker();
  }

  @AfterEach
  void stop() throws InterruptedException {
    tracker.close();
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  private Process traffic(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Traffic.class.getName(),
                "--url",
                tracker.uri().toString(),
                "--sockets",
                "0"));
    command.addAll(List.of(options));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output().toFile())
            .start();
    processes.add(process);
    return process;
  }

  private Path output() {
    return folder.resolve("output.txt");
  }

  private void awaitRequests(int count) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (tracker.requests.size() < count && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(tracker.requests.size()).isGreaterThanOrEqualTo(count);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void aSignalEndsItWithItsReportAndStatusZero(String signal) throws Exception {
    Path file = folder.resolve("report.json");
    Process process = traffic("--users", "6000", "--report", file.toString(), "--verify");
    awaitRequests(100);
    assertThat(file).doesNotExist();

    new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    JsonNode report = JsonMapper.builder().build().readTree(file.toFile());
    assertThat(report.get("requests").asInt()).isGreaterThanOrEqualTo(100);
    assertThat(report.get("errors").asInt()).isZero();
    assertThat(report.get("lostWrites").asInt(-1)).isZero();
    assertThat(Files.readString(output(), StandardCharsets.UTF_8)).contains("requests in");
  }

  @Test
  void aSignalDoesNotWaitForeverForAnswers() throws Exception {
    Path file = folder.resolve("report.json");
    Process process =
        traffic("--users", "6000", "--report", file.toString(), "--timeout", "10m", "--quiet");
    awaitRequests(100);
    try (AutoCloseable _ = tracker.stall()) {
      int before = tracker.requests.size();
      awaitRequests(before + 20);
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(process.exitValue()).isZero();
    JsonNode report = JsonMapper.builder().build().readTree(file.toFile());
    assertThat(report.get("unfinished").asInt()).isGreaterThanOrEqualTo(20);
  }

  @Test
  void itEndsByItselfWithStatusZero() throws Exception {
    Process process = traffic("--users", "6000", "--for", "1s", "--quiet");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(Files.readString(output(), StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void aTakenControlPortIsOneClearMessageAndStatusOne() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process process = traffic("--control", String.valueOf(taken.getLocalPort()));
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
      assertThat(Files.readString(output(), StandardCharsets.UTF_8).lines())
          .containsExactly(
              "traffic: --control: port "
                  + taken.getLocalPort()
                  + " is taken; choose another, or 0 for any");
    }
  }

  @Test
  void wrongUseIsStatusTwo() throws Exception {
    Process process = traffic("--users", "lots");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(Files.readString(output(), StandardCharsets.UTF_8)).contains("'lots'");
  }
}
