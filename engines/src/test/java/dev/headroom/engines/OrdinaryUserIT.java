package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The other users than root; run by root, which can become them. */
@EnabledIf("dev.headroom.engines.RunAs#isRoot")
class OrdinaryUserIT {
  @TempDir Path folder;
  private Path own;

  @BeforeEach
  void makeRoom() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    own = Files.createDirectory(folder.resolve("own"));
    RunAs.NOBODY.give(own);
  }

  @Test
  void worksForAnOrdinaryUser() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(
        List.of("-cp", readableClassPath(), OrdinaryUser.class.getName(), own.toString()));
    command.add(folder.toString());

    Command.Result result = Command.run(RunAs.NOBODY.command(command));

    assertThat(result.output().lines())
        .as(result.output())
        .contains("root: false", "streamed: true", "redis: true")
        .anyMatch(line -> line.startsWith("refused: ") && line.contains("may not be written by"));
    assertThat(result.succeeded()).isTrue();
  }

  @Test
  void rootWithoutUserNamespacesRunsPostgresAsNobody() throws Exception {
    PostgresBinaries binaries =
        PostgresBinaries.unpack(new EngineCache(folder.resolve("cache")), RunAs.NOBODY);
    PostgresSetup setup = new PostgresSetup(binaries);
    PostgresSettings settings = TestServers.postgres(own, "primary");
    setup.initialize(settings);
    try (PostgresServer primary = PostgresServer.start(binaries, settings, ChildRegistry.NONE)) {
      PostgresSettings standby = TestServers.standbyOf(settings, own, "one");
      setup.cloneFrom(primary, standby);
      try (PostgresServer replica = PostgresServer.start(binaries, standby, ChildRegistry.NONE)) {
        assertThat(Files.getAttribute(Path.of("/proc/" + replica.pid()), "unix:uid"))
            .isEqualTo(65534);
        replica.promote();
        assertThat(TestServers.ask(replica, "SELECT pg_is_in_recovery()")).isEqualTo("f");
      }
    }
  }

  /* The originals may lie in root's home, which nobody else enters. */
  private String readableClassPath() throws IOException {
    List<String> copies = new ArrayList<>();
    Path target = Files.createDirectory(folder.resolve("classes"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path original = Path.of(entry);
      Path copy = target.resolve(copies.size() + "-" + original.getFileName());
      copies.add(copy.toString());
      if (Files.exists(original)) {
        copyTree(original, copy);
      }
    }
    return String.join(File.pathSeparator, copies);
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each).toString()));
      }
    }
  }
}
