package dev.headroom.launcher;

import dev.headroom.base.ByteSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * How an application runs on this machine, beyond its document.
 *
 * @param fsync false loses data when the machine fails: said so wherever it is chosen
 * @param primaryBuffers page cache of the primary
 * @param replicaBuffers page cache of a replica
 * @param scaleDownAfter how long fewer replicas must suffice before there are fewer
 * @param expansion turns a command of the document into the one to run
 * @param workingDirectory where the application's commands start
 */
record LocalSettings(
    boolean fsync,
    ByteSize primaryBuffers,
    ByteSize replicaBuffers,
    Duration scaleDownAfter,
    UnaryOperator<List<String>> expansion,
    Path workingDirectory) {

  /** For an application of the user's own: safe, and as Kubernetes would scale it. */
  static LocalSettings forUp(Path workingDirectory) {
    return new LocalSettings(
        true,
        ByteSize.mebibytes(256),
        ByteSize.mebibytes(128),
        Duration.ofMinutes(5),
        UnaryOperator.identity(),
        workingDirectory);
  }

  /** For the sample application: time is compressed, and its data can be made again. */
  static LocalSettings forDemo(DemoProgram program, Path workingDirectory) {
    return new LocalSettings(
        false,
        ByteSize.mebibytes(256),
        ByteSize.mebibytes(128),
        Duration.ofSeconds(60),
        program::expand,
        workingDirectory);
  }
}
