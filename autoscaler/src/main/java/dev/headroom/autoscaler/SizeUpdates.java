package dev.headroom.autoscaler;

import dev.headroom.base.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which replicas are resized now, and why: the priority rules of VPA's updater ({@code
 * updater/priority}). Those that need more come first, then those that gain most.
 */
final class SizeUpdates {
  private SizeUpdates() {}

  /**
   * One replica to be resized.
   *
   * @param difference sum of the relative changes
   */
  record Update(SizedReplica replica, boolean grows, double difference, String reason) {}

  /** At most half of the replicas, and one at least. */
  static List<Update> of(
      List<SizedReplica> replicas,
      SizeRecommendation recommendation,
      VerticalSettings settings,
      Instant now) {
    List<Update> updates = new ArrayList<>();
    for (SizedReplica replica : replicas) {
      // One without a process has not said yet how it fares.
      if (replica.startedAt().isAfter(Instant.EPOCH)) {
        reason(replica, recommendation, settings, now)
            .ifPresent(
                reason ->
                    updates.add(
                        new Update(
                            replica,
                            grows(replica.size(), recommendation.target()),
                            difference(replica.size(), recommendation.target()),
                            reason)));
      }
    }
    updates.sort(
        Comparator.comparing((Update update) -> !update.grows())
            .thenComparing(Comparator.comparingDouble(Update::difference).reversed())
            .thenComparing(update -> update.replica().instance()));
    return updates.subList(0, Math.min(updates.size(), Math.max(1, replicas.size() / 2)));
  }

  private static Optional<String> reason(
      SizedReplica replica,
      SizeRecommendation recommendation,
      VerticalSettings settings,
      Instant now) {
    ReplicaSize size = replica.size();
    double difference = difference(size, recommendation.target());
    if (difference == 0) {
      return Optional.empty();
    }
    if (below(size, recommendation.lower())) {
      return Optional.of(
          "asks for %s, less than the lower bound of %s".formatted(size, recommendation.lower()));
    }
    if (below(recommendation.upper(), size)) {
      return Optional.of(
          "asks for %s, more than the upper bound of %s".formatted(size, recommendation.upper()));
    }
    Optional<Duration> quick =
        replica.outOfMemoryAfter().filter(life -> life.compareTo(settings.quickOutOfMemory()) < 0);
    if (quick.isPresent()) {
      return Optional.of("ran out of memory %s after its start".formatted(rounded(quick.get())));
    }
    Duration age = Duration.between(replica.startedAt(), now);
    if (age.compareTo(settings.minAge()) >= 0 && difference >= settings.smallGain()) {
      return Optional.of(
          "differs by %.0f %% from the target of %s, and is %s old"
              .formatted(difference * 100, recommendation.target(), rounded(age)));
    }
    return Optional.empty();
  }

  private static String rounded(Duration duration) {
    return Durations.format(Duration.ofSeconds(duration.toSeconds()));
  }

  private static boolean below(ReplicaSize size, ReplicaSize bound) {
    return size.cpu().compareTo(bound.cpu()) < 0 || size.memory().compareTo(bound.memory()) < 0;
  }

  private static boolean grows(ReplicaSize from, ReplicaSize to) {
    return below(from, to);
  }

  static double difference(ReplicaSize from, ReplicaSize to) {
    return relative(from.cpu().millicores(), to.cpu().millicores())
        + relative(from.memory().bytes(), to.memory().bytes());
  }

  private static double relative(long from, long to) {
    return Math.abs((double) from - to) / Math.max(from, 1);
  }
}
