package dev.headroom.autoscaler;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What of the nodes is simulated, and how.
 *
 * @param interruptionEvery mean time between two interruptions of spot capacity; empty: none
 * @param notice between an interruption's announcement and the loss of the node
 * @param random chooses when, and which
 */
public record NodePoolSettings(
    Optional<Duration> interruptionEvery, Duration notice, RandomGenerator random) {

  /** EC2's notice of a spot interruption. */
  public static final Duration REAL_NOTICE = Duration.ofMinutes(2);

  /** Nothing is interrupted unless somebody asks for it. */
  public static NodePoolSettings calm() {
    return new NodePoolSettings(Optional.empty(), REAL_NOTICE, RandomGenerator.getDefault());
  }
}
