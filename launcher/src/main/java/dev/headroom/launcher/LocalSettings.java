package dev.headroom.launcher;

import dev.headroom.autoscaler.ScalingBehavior;
import dev.headroom.autoscaler.ScalingPolicy;
import dev.headroom.autoscaler.ScalingRules;
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
 * @param scaling how fast the number of replicas may change
 * @param expansion turns a command of the document into the one to run
 * @param workingDirectory where the application's commands start
 */
record LocalSettings(
    boolean fsync,
    ByteSize primaryBuffers,
    ByteSize replicaBuffers,
    ScalingBehavior scaling,
    UnaryOperator<List<String>> expansion,
    Path workingDirectory) {

  /** A JVM that starts beside all others costs them a core for a second: not sixteen at once. */
  private static final ScalingRules GRADUALLY_UP =
      ScalingRules.defaultUp()
          .withPolicies(
              List.of(new ScalingPolicy(ScalingPolicy.Kind.PODS, 4, Duration.ofSeconds(15))));

  private static final ScalingRules DOWN_AFTER_A_MINUTE =
      ScalingRules.defaultDown().withStabilization(Duration.ofMinutes(1));

  /** For an application of the user's own: safe, and as Kubernetes would scale it. */
  static LocalSettings forUp(Path workingDirectory) {
    return new LocalSettings(
        true,
        ByteSize.mebibytes(256),
        ByteSize.mebibytes(128),
        ScalingBehavior.defaults(),
        UnaryOperator.identity(),
        workingDirectory);
  }

  /** For the sample application: time is compressed, and its data can be made again. */
  static LocalSettings forDemo(DemoProgram program, Path workingDirectory) {
    return new LocalSettings(
        false,
        ByteSize.mebibytes(256),
        ByteSize.mebibytes(128),
        new ScalingBehavior.Rules(GRADUALLY_UP, DOWN_AFTER_A_MINUTE),
        program::expand,
        workingDirectory);
  }
}
