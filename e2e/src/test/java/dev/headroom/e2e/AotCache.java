package dev.headroom.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The sample application's AOT cache, made by the first demo of a test run and given to the later
 * ones, as it is kept with the state of a user's demo: making it takes longer than all the rest of
 * a start.
 */
final class AotCache {
  private static final Path KEPT = HeadroomProcess.ROOT.resolve("e2e/target/demo.aot");
  private static final Path JAR = HeadroomProcess.ROOT.resolve("demo/target/demo-0.1.0.jar");

  private AotCache() {}

  /** Puts the cache, if there is one, into a state folder that no run has seen yet. */
  static void giveTo(Path state) {
    if (!isFresh() || Files.exists(state)) {
      return;
    }
    try {
      Files.createDirectories(state.resolve("cache"));
      Files.writeString(state.resolve("format"), "1\n");
      Files.copy(KEPT, state.resolve("cache/demo.aot"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keeps the cache that a run has made. */
  static void keepOf(Path state) {
    Path made = state.resolve("cache/demo.aot");
    if (isFresh() || !Files.exists(made)) {
      return;
    }
    try {
      Files.createDirectories(KEPT.getParent());
      Files.copy(made, KEPT, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /* The JVM refuses one whose jar has changed since. */
  private static boolean isFresh() {
    try {
      return Files.exists(KEPT)
          && Files.getLastModifiedTime(KEPT).compareTo(Files.getLastModifiedTime(JAR)) > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
