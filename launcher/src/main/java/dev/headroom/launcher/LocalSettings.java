package dev.headroom.launcher;

import dev.headroom.autoscaler.NodePoolSettings;
import dev.headroom.autoscaler.ScalingBehavior;
import dev.headroom.autoscaler.ScalingPolicy;
import dev.headroom.autoscaler.ScalingRules;
import dev.headroom.autoscaler.VerticalSettings;
import dev.headroom.base.ByteSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * How an application runs on this machine, beyond its document.
 *
 * @param fsync false loses data when the machine fails: said so wherever it is chosen
 * @param primaryBuffers page cache of the primary
 * @param replicaBuffers page cache of a replica
 * @param scaling how fast the number of replicas may change
 * @param nodes how spot capacity is taken away
 * @param sizing how fast recommended sizes come about
 * @param expansion turns a command of the document into the one to run
 * @param workingDirectory where the application's commands start
 * @param consoleToken what the console asks for, if the document does not say
 */
record LocalSettings(
    boolean fsync,
    ByteSize primaryBuffers,
    ByteSize replicaBuffers,
    ScalingBehavior scaling,
    NodePoolSettings nodes,
    VerticalSettings sizing,
    UnaryOperator<List<String>> expansion,
    Path workingDirectory,
    Optional<String> consoleToken) {

  /** A JVM costs all others two seconds of a core until it is warm: not sixteen at once. */
  private static final ScalingRules GRADUALLY_UP =
      ScalingRules.defaultUp()
          .withPolicies(
              List.of(new ScalingPolicy(ScalingPolicy.Kind.PODS, 2, Duration.ofSeconds(15))));

  private static final ScalingRules DOWN_SOON =
      ScalingRules.defaultDown().withStabilization(Duration.ofSeconds(30));

  private static final Duration DEMO_INTERRUPTION = Duration.ofMinutes(5);
  private static final Duration DEMO_NOTICE = Duration.ofSeconds(45);

  /** What counts as 24 hours of use in the demonstration. */
  private static final Duration DEMO_DAY = Duration.ofMinutes(10);

  /** For an application of the user's own: safe, and as Kubernetes would scale it. */
  static LocalSettings forUp(Path workingDirectory, Optional<String> consoleToken) {
    return new LocalSettings(
        true,
        ByteSize.mebibytes(256),
        ByteSize.mebibytes(128),
        ScalingBehavior.defaults(),
        NodePoolSettings.calm(),
        VerticalSettings.defaults(),
        UnaryOperator.identity(),
        workingDirectory,
        consoleToken);
  }

  /** For the sample application: time is compressed, and its data can be made again. */
  static LocalSettings forDemo(DemoProgram program, Path workingDirectory) {
    return new LocalSettings(
        false,
        ByteSize.mebibytes(256),
        ByteSize.mebibytes(128),
        new ScalingBehavior.Rules(GRADUALLY_UP, DOWN_SOON),
        new NodePoolSettings(
            Optional.of(DEMO_INTERRUPTION), DEMO_NOTICE, RandomGenerator.getDefault()),
        VerticalSettings.compressed(DEMO_DAY),
        program::expand,
        workingDirectory,
        Optional.empty());
  }
}
