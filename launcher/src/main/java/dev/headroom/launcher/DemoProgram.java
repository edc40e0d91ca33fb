package dev.headroom.launcher;

import dev.headroom.base.UserError;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The sample application as a program: the word {@code demo} at the head of a command stands for a
 * small Java with its jar and its AOT cache.
 */
final class DemoProgram {
  private final Path jar;
  private final Path aotCache;

  private DemoProgram(Path jar, Path aotCache) {
    this.jar = jar;
    this.aotCache = aotCache;
  }

  /**
   * Finds it beside this program.
   *
   * @param cacheFolder where its AOT cache may be kept
   */
  static DemoProgram find(Path cacheFolder) {
    Path home = Path.of(System.getProperty("headroom.home", ""));
    Path jar = home.resolve("demo/target/demo-" + Version.number() + ".jar").toAbsolutePath();
    if (!Files.exists(jar)) {
      throw UserError.machine(
          jar
              + ": not there (expected: the sample application; build it with `mvn -Dquick"
              + " package`)");
    }
    Path built = jar.resolveSibling("demo.aot");
    return new DemoProgram(jar, Files.exists(built) ? built : cacheFolder.resolve("demo.aot"));
  }

  /** Whether starting is as fast as it can be. */
  boolean isTrained() {
    return Files.exists(aotCache);
  }

  /** Makes the AOT cache, a few seconds; without it everything works, only slower to start. */
  boolean train() {
    try {
      Files.createDirectories(aotCache.getParent());
      List<String> command = new ArrayList<>(java());
      command.add("-XX:AOTCacheOutput=" + aotCache);
      command.addAll(List.of("-jar", jar.toString(), "api", "--train"));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      return isTrained();
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The command to run for one of the document. */
  List<String> expand(List<String> command) {
    if (!command.getFirst().equals("demo")) {
      return command;
    }
    List<String> expanded = new ArrayList<>(java());
    if (isTrained()) {
      expanded.add("-XX:AOTCache=" + aotCache);
    }
    expanded.add("-jar");
    expanded.add(jar.toString());
    expanded.addAll(command.subList(1, command.size()));
    return expanded;
  }

  /* Small on purpose: dozens of these share one machine. demo/README.md has the figures. */
  private static List<String> java() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return List.of(
        java,
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseCompactObjectHeaders",
        "-Xms16m",
        "-Xmx64m",
        "-Xss256k",
        "-XX:ReservedCodeCacheSize=24m",
        "-XX:-UsePerfData",
        "-Xlog:aot=off",
        "-Xlog:cds=off",
        "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir", File.separator + "tmp"));
  }
}
