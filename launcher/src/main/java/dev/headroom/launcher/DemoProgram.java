package dev.headroom.launcher;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The sample application as a program: the word {@code demo} at the head of a command stands for a
 * small Java with its jar and its AOT cache.
 */
final class DemoProgram {
  /* Small on purpose: dozens of these share one machine. demo/README.md has the figures. One
   * processor is what one replica may count on, and fewer threads wake each other. */
  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:ActiveProcessorCount=1",
          "-XX:+UseCompactObjectHeaders",
          "-Xms16m",
          "-Xmx64m",
          "-Xss256k",
          "-XX:ReservedCodeCacheSize=24m",
          "-XX:-UsePerfData",
          "-Xlog:aot=off",
          "-Xlog:cds=off");

  private final Path jar;

  private DemoProgram(Path jar) {
    this.jar = jar;
  }

  /**
   * Finds it beside this program.
   *
   * @throws UserError when it is not there
   */
  static DemoProgram find() {
    Path home = Path.of(System.getProperty("headroom.home", ""));
    Path jar = home.resolve("demo/target/demo-" + Version.number() + ".jar").toAbsolutePath();
    if (!Files.exists(jar)) {
      throw UserError.machine(
          jar
              + ": not there (expected: the sample application; build it with `mvn -Dquick"
              + " package`)");
    }
    return new DemoProgram(jar);
  }

  /** The folder it lies in. */
  Path folder() {
    return jar.resolveSibling("").normalize();
  }

  private Path aotCache() {
    return jar.resolveSibling("demo.aot");
  }

  /* One of an older jar would be refused by the JVM, which then loads every class anew. */
  private boolean isTrained() {
    try {
      return Files.exists(aotCache())
          && Files.getLastModifiedTime(aotCache()).compareTo(Files.getLastModifiedTime(jar)) > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The command of the training run; it wants a filled database in its environment. */
  List<String> training() {
    return command("-XX:AOTCacheOutput=" + aotCache(), List.of("api", "--train"));
  }

  /** The command to run for one of the document. */
  List<String> expand(List<String> command) {
    if (!command.getFirst().equals("demo")) {
      return command;
    }
    List<String> arguments = command.subList(1, command.size());
    return isTrained()
        ? command("-XX:AOTCache=" + aotCache(), arguments)
        : command("-Xshare:auto", arguments);
  }

  private List<String> command(String sharing, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.add(sharing);
    command.add("-jar");
    command.add(jar.toString());
    command.addAll(arguments);
    return command;
  }
}
