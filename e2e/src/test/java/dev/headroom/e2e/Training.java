package dev.headroom.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;

/** What {@code ./headroom} does after a build: the AOT cache of the sample application. */
final class Training {
  private static final Duration BOUND = Duration.ofMinutes(2);
  private static final Path FOLDER = HeadroomProcess.ROOT.resolve("demo/target");

  private Training() {}

  /** Trains it, unless that has been done since it was built. */
  static synchronized void ensure(Path folder) throws IOException, InterruptedException {
    if (age("demo.aot").compareTo(age("demo-0.1.0.jar")) > 0) {
      return;
    }
    try (HeadroomProcess training =
        HeadroomProcess.raw(folder, FOLDER.resolve("training"), List.of("train-demo"))) {
      if (training.awaitExit(BOUND) != 0) {
        throw new AssertionError("no AOT cache of the sample application:\n" + training.output());
      }
    }
  }

  private static FileTime age(String file) throws IOException {
    Path path = FOLDER.resolve(file);
    return Files.exists(path) ? Files.getLastModifiedTime(path) : FileTime.fromMillis(0);
  }
}
