package dev.headroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as a person meets it: what it says, how it ends, what it leaves. */
class CommandLineIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration START_BOUND = Duration.ofSeconds(60);

  /** Little enough to start in a few seconds, and with children all the same. */
  private static final String SMALL =
      DemoRun.FREE_PORTS.replace("name: demo", "name: small")
          + """
            services: {worker: {command: [sleep, infinity], replicas: {min: 1, max: 1}}}
            database: {replicas: 0}
            redis: {shards: 0}
          """;

  @TempDir private Path folder;
  private Path document;

  @BeforeEach
  void writeDocument() throws IOException {
    document = Files.writeString(folder.resolve("small.yaml"), SMALL);
  }

  /** How a command ended. */
  private record Ended(int status, String output) {}

  private Ended run(String... arguments) throws InterruptedException {
    try (HeadroomProcess process =
        HeadroomProcess.raw(folder, folder.resolve("state"), List.of(arguments))) {
      int status = process.awaitExit(SOON);
      return new Ended(status, process.output());
    }
  }

  private Ended onState(String... arguments) throws InterruptedException {
    return run(
        Stream.concat(
                Stream.of(arguments), Stream.of("--state", folder.resolve("state").toString()))
            .toArray(String[]::new));
  }

  private HeadroomProcess up() {
    HeadroomProcess process =
        HeadroomProcess.start(folder, List.of("up", "-f", document.toString()));
    process.awaitOutput("small is up", START_BOUND);
    return process;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "demo", "up", "gateway", "router", "server", "check", "status", "stop", "logs"
      })
  void helpShowsExamples(String command) throws InterruptedException {
    Ended help = command.isEmpty() ? run("--help") : run(command, "--help");
    assertThat(help.status()).isZero();
    assertThat(help.output())
        .containsPattern("Examples?:\n  headroom " + (command.isEmpty() ? "demo" : command));
  }

  @Test
  void versionIsTold() throws InterruptedException {
    Ended version = run("--version");
    assertThat(version.status()).isZero();
    assertThat(version.output()).contains("0.1.0");
  }

  @Test
  void anUnknownCommandIsWrongUse() throws InterruptedException {
    Ended unknown = run("demmo");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.output()).contains("demmo").doesNotContain("\tat ");
  }

  @Test
  void checkPrintsTheEffectiveDocument() throws IOException, InterruptedException {
    Path overlay =
        Files.writeString(
            folder.resolve("overlay.yaml"),
            """
            apiVersion: headroom.dev/v1alpha1
            kind: ScaledApp
            metadata: {name: small}
            spec: {services: {worker: {replicas: {max: 7}, env: {TOKEN: hidden}}}}
            """);
    Ended checked = run("check", "-f", document.toString(), "-f", overlay.toString());
    assertThat(checked.status()).isZero();
    assertThat(checked.output())
        .contains("name: small", "max: 7", "durability: required")
        .doesNotContain("hidden");
  }

  @Test
  void allProblemsOfADocumentAreToldAtOnce() throws IOException, InterruptedException {
    Path wrong =
        Files.writeString(
            folder.resolve("wrong.yaml"),
            """
            apiVersion: headroom.dev/v1alpha1
            kind: ScaledApp
            metadata: {name: wrong}
            spec:
              services:
                web: {command: [server], port: 3000, replicas: {min: 9, max: 3}}
              gatewy: {listen: 8080}
              database: {replicas: many}
            """);
    for (String command : List.of("check", "up", "server")) {
      Ended refused = run(command, "-f", wrong.toString());
      assertThat(refused.status()).as(refused.output()).isEqualTo(2);
      assertThat(refused.output())
          .contains("wrong.yaml:7", "gatewy", "gateway")
          .contains("wrong.yaml:8", "many", "expected")
          .contains("wrong.yaml:6", "9")
          .doesNotContain("\tat ", "Exception");
    }
    assertThat(folder.resolve(".headroom")).doesNotExist();
  }

  @Test
  void aMissingDocumentIsWrongUse() throws InterruptedException {
    Ended missing = run("check", "-f", "nowhere.yaml");
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.output()).contains("nowhere.yaml").doesNotContain("\tat ");
  }

  @Test
  void aBusyPortIsNamedAndNothingIsLeftRunning() throws IOException, InterruptedException {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(busy.getLocalPort());
      Files.writeString(
          document, SMALL.replace("gateway: {listen: 0}", "gateway: {listen: " + port + "}"));
      try (HeadroomProcess process =
          HeadroomProcess.start(folder, List.of("up", "-f", document.toString()))) {
        assertThat(process.awaitExit(START_BOUND)).as(process.output()).isEqualTo(1);
        assertThat(process.output()).contains(port).doesNotContain("\tat ");
        assertThat(folder.resolve("state/run.json")).doesNotExist();
        nothingRunsIn(folder.resolve("state"));
      }
    }
  }

  @Test
  void aStateFolderOfANewerVersionIsRefused() throws IOException, InterruptedException {
    Path state = Files.createDirectories(folder.resolve("state"));
    Files.writeString(state.resolve("format"), "2\n");
    Ended refused = onState("up", "-f", document.toString());
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.output()).contains("format 2", "format 1").doesNotContain("\tat ");
    assertThat(state).isDirectoryNotContaining("glob:**/run.json");
  }

  @Test
  void aFileInThePlaceOfTheStateFolderIsRefused() throws IOException, InterruptedException {
    Files.writeString(folder.resolve("state"), "mine");
    Ended refused = onState("up", "-f", document.toString());
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.output()).contains("state", "expected: a folder").doesNotContain("\tat ");
    assertThat(folder.resolve("state")).hasContent("mine");
  }

  @Test
  void aReadOnlyDiskIsSaid() throws IOException, InterruptedException {
    Path state = Files.createDirectories(folder.resolve("state"));
    Ended refused =
        inMountNamespace(
            "mount --bind %1$s %1$s && mount -o remount,bind,ro %1$s".formatted(state),
            HeadroomProcess.command(
                List.of("up", "-f", document.toString(), "--state", state.toString())));
    assertThat(refused.status()).as(refused.output()).isEqualTo(1);
    assertThat(refused.output()).contains("read-only").doesNotContain("\tat ");
    assertThat(state).isEmptyDirectory();
  }

  @Test
  void statusLogsStopAndTheDataOfALaterStart()
      throws IOException, InterruptedException, SQLException {
    try (HeadroomProcess first = up()) {
      List<ProcessHandle> family = first.family();
      assertThat(family).isNotEmpty();

      Ended status = onState("status");
      assertThat(status.status()).isZero();
      assertThat(status.output())
          .contains("pid " + first.pid(), "postgres pg-0", "worker-1", "console", "router");
      JsonNode json = HeadroomProcess.json(onState("status", "--json").output());
      assertThat(json.path(0).path("pid").asLong()).isEqualTo(first.pid());

      assertThat(onState("logs").output()).contains("pg-0");
      assertThat(onState("logs", "pg-0").output()).contains("ready to accept connections");
      Ended unknown = onState("logs", "pg-9");
      assertThat(unknown.status()).isEqualTo(2);
      assertThat(unknown.output()).contains("pg-9", "pg-0");

      Ended second = onState("up", "-f", document.toString());
      assertThat(second.status()).isEqualTo(1);
      assertThat(second.output()).contains("pid " + first.pid(), "headroom stop");
      assertThat(first.isAlive()).isTrue();

      sql(first, "CREATE TABLE kept AS SELECT 42 AS answer");

      Ended stopped = onState("stop");
      assertThat(stopped.status()).as(stopped.output()).isZero();
      assertThat(first.isAlive()).isFalse();
      assertThat(HeadroomProcess.running(family)).isEmpty();
    }
    assertThat(onState("status").output()).contains("nothing runs");
    assertThat(onState("stop").status()).isZero();

    try (HeadroomProcess again = up()) {
      assertThat(sql(again, "SELECT answer FROM kept")).isEqualTo("42");
      List<ProcessHandle> family = again.family();
      assertThat(again.interrupt()).isEqualTo(130);
      assertThat(again.output()).doesNotContain("\tat ");
      assertThat(HeadroomProcess.running(family)).isEmpty();
      assertThat(folder.resolve("state/run.json")).doesNotExist();
    }
  }

  @Test
  void whatAKilledRunLeftIsEndedByTheNextStartAndByStop() throws InterruptedException {
    List<ProcessHandle> orphans;
    try (HeadroomProcess killed = up()) {
      orphans = killed.family();
      killed.signal("KILL");
      killed.awaitExit(SOON);
    }
    assertThat(HeadroomProcess.running(orphans)).isNotEmpty();
    assertThat(onState("status").output()).contains("was killed");

    List<ProcessHandle> later;
    try (HeadroomProcess next = up()) {
      assertThat(HeadroomProcess.running(orphans)).isEmpty();
      later = next.family();
      next.signal("KILL");
      next.awaitExit(SOON);
    }
    assertThat(HeadroomProcess.running(later)).isNotEmpty();
    assertThat(onState("stop").status()).isZero();
    assertThat(HeadroomProcess.running(later)).isEmpty();
  }

  @Test
  void ctrlCDuringTheStartLeavesNothing() throws InterruptedException {
    try (HeadroomProcess process =
        HeadroomProcess.start(folder, List.of("up", "-f", document.toString()))) {
      Await.until(START_BOUND, () -> process.family().size() > 1);
      assertThat(process.interrupt()).isEqualTo(130);
      assertThat(process.output()).doesNotContain("\tat ");
      nothingRunsIn(folder.resolve("state"));
    }
  }

  @Test
  void theScriptSaysWhichJdkIsMissing() throws IOException, InterruptedException {
    Ended refused =
        inMountNamespace(
            "for each in /usr/lib/jvm /opt /usr/java /usr/local/java; do"
                + " [ ! -d $each ] || mount -t tmpfs none $each; done",
            List.of(
                "env",
                "-i",
                "PATH=/usr/bin:/bin",
                "HOME=/nonexistent",
                HeadroomProcess.ROOT.resolve("headroom").toString(),
                "--version"));
    assertThat(refused.status()).as(refused.output()).isEqualTo(1);
    assertThat(refused.output()).contains("JDK 25", "JAVA_HOME").hasLineCount(1);
  }

  /**
   * What {@code command} says where only it sees what {@code mounts} did; skips where forbidden.
   */
  private Ended inMountNamespace(String mounts, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "namespace", ".out");
    int allowed = shell(output, "unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt");
    assumeTrue(allowed == 0, "mount namespaces are not permitted here");
    List<String> whole =
        Stream.concat(
                Stream.of("unshare", "-m", "sh", "-c", mounts + " || exit 99; exec \"$@\"", "sh"),
                command.stream())
            .toList();
    int status = shell(output, whole.toArray(String[]::new));
    return new Ended(status, Files.readString(output));
  }

  private int shell(Path output, String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(List.of(command) + " still runs");
    }
    return process.exitValue();
  }

  /* By the words of the command lines: the children of one that failed are nobody's by now. */
  private static void nothingRunsIn(Path state) {
    List<ProcessHandle> left =
        ProcessHandle.allProcesses()
            .filter(each -> each.info().commandLine().orElse("").contains(state.toString()))
            .toList();
    assertThat(HeadroomProcess.running(left)).isEmpty();
  }

  private static String sql(HeadroomProcess process, String sql) throws SQLException {
    String password = Postgres.of(process).applicationPassword();
    try (Connection connection = Postgres.connect(process.port("router"), "app", password);
        Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      try (ResultSet row = statement.getResultSet()) {
        row.next();
        return row.getString(1);
      }
    }
  }
}
