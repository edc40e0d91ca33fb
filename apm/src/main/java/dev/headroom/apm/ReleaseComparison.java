package dev.headroom.apm;

import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became worse with a new version of a service, by the requests of its server spans. Of
 * sampled traces these are a sample, which compares as well. Thread-safe.
 */
public final class ReleaseComparison {
  /*
   * Latencies: the Mann-Whitney test over the buckets of both sketches, which asks nothing of the
   * shape of the distributions; ties within a bucket are corrected for. Error rates: the test of two
   * proportions. With thousands of requests everything is significant, so the difference must
   * matter as well: one tenth of the median or of the 95th percentile, half a percentage point of
   * errors. 3.3 standard deviations are one false alarm in 2,000 comparisons.
   */
  private static final double LEAST_Z = 3.3;
  private static final double LEAST_RATIO = 1.1;
  private static final double LEAST_MORE_ERRORS = 0.005;
  private static final long LEAST_REQUESTS = 30;
  private static final int STEPS = 60;
  private static final String VERSION = "service.version";

  private final TelemetryQueries queries;

  public ReleaseComparison(TelemetryQueries queries) {
    this.queries = queries;
  }

  /** What is worse. */
  public enum Kind {
    LATENCY,
    ERRORS
  }

  /**
   * An endpoint that became worse.
   *
   * @param from the version with most requests before
   * @param to the version that came last
   * @param z standard deviations from there being no difference
   */
  public record Regression(
      Endpoint endpoint,
      Kind kind,
      String from,
      String to,
      Requests before,
      Requests after,
      double z) {}

  /** Requests of one version. */
  public record Requests(long count, long errors, LatencySketch latency) {
    private static final Requests NONE = new Requests(0, 0, LatencySketch.empty());

    public double errorRate() {
      return count == 0 ? 0 : (double) errors / count;
    }

    private Requests plus(LatencySketch more, boolean failed) {
      return new Requests(
          count + more.count(), errors + (failed ? more.count() : 0), latency.merge(more));
    }
  }

  /** Endpoints that became worse in the window, the clearest first. */
  public List<Regression> regressions(Window window) {
    Map<String, Map<String, Instant>> firstSeen = new HashMap<>();
    Map<Endpoint, Map<String, Requests>> byVersion = new HashMap<>();
    read(window, firstSeen, byVersion);
    List<Regression> found = new ArrayList<>();
    byVersion.forEach(
        (endpoint, versions) ->
            newest(firstSeen.getOrDefault(endpoint.service(), Map.of()))
                .ifPresent(to -> compare(endpoint, versions, to, found)));
    found.sort(Comparator.comparingDouble(Regression::z).reversed());
    return found;
  }

  private void read(
      Window window,
      Map<String, Map<String, Instant>> firstSeen,
      Map<Endpoint, Map<String, Requests>> byVersion) {
    Duration step = Duration.ofNanos((long) (window.seconds() * 1e9)).dividedBy(STEPS);
    List<MetricSeries> all =
        queries.series(
            Vocabulary.SERVER_SPANS,
            window,
            step.compareTo(Duration.ofSeconds(5)) < 0 ? Duration.ofSeconds(5) : step,
            List.of(
                Vocabulary.SERVICE,
                Vocabulary.METHOD,
                Vocabulary.ROUTE,
                Vocabulary.STATUS_CODE,
                VERSION));
    for (MetricSeries series : all) {
      Attributes group = series.group();
      String version = group.text(VERSION).orElse("");
      if (version.isEmpty() || series.points().isEmpty()) {
        continue;
      }
      Endpoint endpoint =
          new Endpoint(
              group.text(Vocabulary.SERVICE).orElse(""),
              group.text(Vocabulary.METHOD).orElse(""),
              group.text(Vocabulary.ROUTE).orElse(""));
      boolean failed =
          group.text(Vocabulary.STATUS_CODE).filter(s -> s.startsWith("5")).isPresent();
      firstSeen
          .computeIfAbsent(endpoint.service(), s -> new HashMap<>())
          .merge(version, series.points().getFirst().time(), (a, b) -> a.isBefore(b) ? a : b);
      Map<String, Requests> versions = byVersion.computeIfAbsent(endpoint, e -> new HashMap<>());
      for (Point point : series.points()) {
        versions.merge(
            version,
            Requests.NONE.plus(point.sketch(), failed),
            (requests, more) -> requests.plus(point.sketch(), failed));
      }
    }
  }

  /* The version that came last, when there was another before it. */
  private static Optional<String> newest(Map<String, Instant> firstSeen) {
    return firstSeen.size() < 2
        ? Optional.empty()
        : firstSeen.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }

  private static void compare(
      Endpoint endpoint, Map<String, Requests> versions, String to, List<Regression> found) {
    @Nullable Requests after = versions.get(to);
    Optional<Map.Entry<String, Requests>> previous =
        versions.entrySet().stream()
            .filter(e -> !e.getKey().equals(to))
            .max(Comparator.comparingLong(e -> e.getValue().count()));
    if (after == null
        || previous.isEmpty()
        || after.count() < LEAST_REQUESTS
        || previous.get().getValue().count() < LEAST_REQUESTS) {
      return;
    }
    String from = previous.get().getKey();
    Requests before = previous.get().getValue();
    double slower = mannWhitney(before.latency(), after.latency());
    if (slower >= LEAST_Z && (grew(before, after, 0.5) || grew(before, after, 0.95))) {
      found.add(new Regression(endpoint, Kind.LATENCY, from, to, before, after, slower));
    }
    double worse = twoProportions(before, after);
    if (worse >= LEAST_Z && after.errorRate() - before.errorRate() >= LEAST_MORE_ERRORS) {
      found.add(new Regression(endpoint, Kind.ERRORS, from, to, before, after, worse));
    }
  }

  private static boolean grew(Requests before, Requests after, double quantile) {
    return after.latency().quantile(quantile) >= LEAST_RATIO * before.latency().quantile(quantile);
  }

  /** Standard deviations by which values of {@code after} are larger than those of before. */
  static double mannWhitney(LatencySketch before, LatencySketch after) {
    Map<Integer, long[]> buckets = new java.util.TreeMap<>();
    put(buckets, before, 0);
    put(buckets, after, 1);
    double n = before.count();
    double m = after.count();
    double below = 0;
    double wins = 0;
    double ties = 0;
    for (long[] bucket : buckets.values()) {
      wins += bucket[1] * (below + bucket[0] / 2.0);
      below += bucket[0];
      double t = (double) bucket[0] + bucket[1];
      ties += t * t * t - t;
    }
    double all = n + m;
    double variance = n * m / 12 * (all + 1 - ties / (all * (all - 1)));
    return variance <= 0 ? 0 : (wins - n * m / 2) / Math.sqrt(variance);
  }

  private static void put(Map<Integer, long[]> buckets, LatencySketch sketch, int side) {
    int[] indexes = sketch.indexes();
    long[] counts = sketch.counts();
    buckets.computeIfAbsent(Integer.MIN_VALUE, i -> new long[2])[side] += sketch.zeros();
    for (int i = 0; i < indexes.length; i++) {
      buckets.computeIfAbsent(indexes[i], b -> new long[2])[side] += counts[i];
    }
  }

  private static double twoProportions(Requests before, Requests after) {
    double pooled = (double) (before.errors + after.errors) / (before.count + after.count);
    double deviation = Math.sqrt(pooled * (1 - pooled) * (1.0 / before.count + 1.0 / after.count));
    return deviation == 0 ? 0 : (after.errorRate() - before.errorRate()) / deviation;
  }
}
