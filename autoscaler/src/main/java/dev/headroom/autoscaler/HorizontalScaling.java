package dev.headroom.autoscaler;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides how many replicas one service should have: the reconcile step of Kubernetes' Horizontal
 * Pod Autoscaler, with its memory. Not thread-safe.
 */
final class HorizontalScaling {
  private final ScalingMemory memory = new ScalingMemory();

  /**
   * What one metric says.
   *
   * @param inWords the metric and its target, for example {@code in-flight 4.8 per replica, target
   *     3}, or why nothing is known
   * @param proposal empty when nothing is known
   */
  record Reading(String inWords, Optional<Proposal> proposal) {}

  /**
   * What to do.
   *
   * @param informed whether the metrics sufficed for a decision; if not, {@code to} is {@code from}
   */
  record Decision(int from, int to, String reason, boolean informed) {
    boolean changes() {
      return from != to;
    }
  }

  /** The decision for {@code current} replicas within {@code min} and {@code max}. */
  Decision decide(
      Instant now,
      int current,
      int min,
      int max,
      List<Reading> readings,
      ScalingBehavior behavior) {
    if (current == 0 && min != 0) {
      return new Decision(0, 0, "scaled to 0 by hand: left alone", true);
    }
    if (current > max) {
      return new Decision(current, max, "above replicas.max " + max, true);
    }
    if (current < min) {
      return new Decision(current, min, "below replicas.min " + min, true);
    }

    Reading strongest = null;
    int desired = 0;
    for (Reading reading : readings) {
      if (reading.proposal.isPresent()) {
        int proposed = reading.proposal.get().replicas();
        if (strongest == null || proposed > desired) {
          strongest = reading;
          desired = proposed;
        }
      }
    }
    String unknown =
        readings.stream()
            .filter(reading -> reading.proposal.isEmpty())
            .map(Reading::inWords)
            .collect(Collectors.joining("; "));
    if (strongest == null) {
      return new Decision(current, current, unknown, false);
    }
    // What cannot be seen might be why there are so many.
    if (!unknown.isEmpty() && desired < current) {
      return new Decision(current, current, "not scaling down: " + unknown, false);
    }

    ReplicaLimit limit = ReplicaLimit.of(behavior, memory, now, current, desired, min, max);
    memory.recommended(now, desired);
    String working = strongest.proposal.map(Proposal::working).orElse("");
    String reason = strongest.inWords + " → " + working;
    return new Decision(
        current,
        limit.replicas(),
        limit.inWords().isEmpty() ? reason : reason + ", " + limit.inWords(),
        true);
  }

  /** Remembers that {@code decision} was carried out, for the rate policies. */
  void carriedOut(Instant now, Decision decision) {
    memory.changed(now, decision.to() - decision.from());
  }
}
