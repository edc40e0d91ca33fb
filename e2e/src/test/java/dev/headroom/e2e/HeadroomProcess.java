package dev.headroom.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headroom.engines.RunState;
import dev.headroom.engines.StateFolder;
import dev.headroom.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The launcher as a user runs it: a process with a state folder, an exit status and an output. */
final class HeadroomProcess implements AutoCloseable {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration STOP_BOUND = Duration.ofSeconds(100);

  private final Process process;
  private final Path output;
  private final Path state;
  private final HttpClient http = HttpClient.newHttpClient();

  private HeadroomProcess(Process process, Path output, Path state) {
    this.process = process;
    this.output = output;
    this.state = state;
  }

  /** Starts {@code headroom <arguments> --state <folder>/state}. */
  static HeadroomProcess start(Path folder, List<String> arguments) {
    Path state = folder.resolve("state");
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--state", state.toString()));
    return raw(folder, state, all);
  }

  /** Starts {@code headroom <arguments>} as they are. */
  static HeadroomProcess raw(Path folder, Path state, List<String> arguments) {
    List<String> command = command(arguments);
    try {
      Path output = Files.createTempFile(folder, "headroom", ".out");
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      return new HeadroomProcess(process, output, state);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The command line of {@code headroom <arguments>}. */
  static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dheadroom.home=" + ROOT,
            "-jar",
            ROOT.resolve("launcher/target/launcher-0.1.0.jar").toString()));
    command.addAll(arguments);
    return command;
  }

  Path state() {
    return state;
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it says {@code words}; fails when it ends before. */
  void awaitOutput(String words, Duration bound) {
    Await.until(
        bound,
        () -> {
          boolean said = output().contains(words);
          if (!said && !process.isAlive()) {
            throw new AssertionError(
                "ended with status %d:%n%s".formatted(process.exitValue(), output()));
          }
          return said;
        });
  }

  int awaitExit(Duration bound) throws InterruptedException {
    if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still runs after " + bound + ":\n" + output());
    }
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  RunState run() {
    return StateFolder.read(state)
        .orElseThrow(() -> new AssertionError("nothing runs there any more:\n" + output()));
  }

  int port(String name) {
    Integer port = run().ports().get(name);
    if (port == null) {
      throw new AssertionError(name + " (expected: one of " + run().ports().keySet() + ")");
    }
    return port;
  }

  /** The child process of this name, for example {@code postgres pg-0}. */
  RunState.Member child(String name) {
    return run().children().stream()
        .filter(child -> child.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError(name + " (expected: one of " + run().children() + ")"));
  }

  /** {@code GET} of the console's API. */
  JsonNode api(String path) {
    return json(get("http://127.0.0.1:" + port("console") + path).body());
  }

  HttpResponse<String> get(String url) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(url, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  void signal(String name) {
    signal(name, process.pid());
  }

  /** {@code kill -<name> <pid>}. */
  static void signal(String name, long pid) {
    try {
      int status = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
      if (status != 0) {
        throw new AssertionError("kill -" + name + " " + pid + " ended with " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  /** All that runs below it now. */
  List<ProcessHandle> family() {
    return process.descendants().toList();
  }

  /**
   * Those of {@code family} that still run, in words; one that only waits to be reaped does not.
   */
  static List<String> running(List<ProcessHandle> family) {
    return family.stream()
        .filter(ProcessHandle::isAlive)
        .filter(each -> !isZombie(each.pid()))
        .map(each -> each.pid() + " " + each.info().commandLine().orElse("?"))
        .toList();
  }

  private static boolean isZombie(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      // It has just gone, which is as good.
      return true;
    }
  }

  /** Ctrl-C, and the status it ends with. */
  int interrupt() throws InterruptedException {
    signal("INT");
    return awaitExit(STOP_BOUND);
  }

  @Override
  public void close() {
    http.close();
    if (process.isAlive()) {
      process.destroy();
      try {
        if (!process.waitFor(STOP_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          StateFolder.stop(state, STOP_BOUND);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
