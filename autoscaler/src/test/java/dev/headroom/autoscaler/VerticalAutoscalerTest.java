package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.ResourcesSpec;
import dev.headroom.spec.ResourcesSpec.RightSizing;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import dev.headroom.testing.FakeTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VerticalAutoscalerTest {
  private static final ReplicaSize DOCUMENT = new ReplicaSize(new Cpu(1000), mebibytes(1024));

  private final FakeTime time = new FakeTime();
  private final ManualScheduler scheduler = new ManualScheduler(time);
  private final Instant begin = time.now();
  private final List<LogRecord> events = new ArrayList<>();
  private final List<Metric> gauges = new ArrayList<>();
  private final Map<String, ReplicaSize> sizes = new LinkedHashMap<>();
  private final List<ReplicaSize> initial = new ArrayList<>();
  private final List<UsageSource.MemoryKill> kills = new ArrayList<>();
  private double usedMebibytes = 300;
  private Instant remembers = begin;

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
  }

  @Test
  void offOnlyShowsWhatItWouldDoAndWhatThatSaves() {
    try (VerticalAutoscaler _ = start(RightSizing.OFF)) {
      scheduler.advance(Duration.ofHours(2));

      assertThat(initial).isEmpty();
      assertThat(sizes.values()).containsOnly(DOCUMENT);
      assertThat(last(Vocabulary.SIZING_CPU, Vocabulary.BOUND, "target"))
          .isCloseTo(0.2 * 1.15, Percentage.withPercentage(9));
      assertThat(last(Vocabulary.SIZING_CPU, Vocabulary.BOUND, "request")).isEqualTo(1.0);
      assertThat(last(Vocabulary.SIZING_MEMORY, Vocabulary.BOUND, "target"))
          .isCloseTo(300 * 1.15 * (1 << 20), Percentage.withPercentage(9));
      assertThat(last(Vocabulary.SIZING_CPU, Vocabulary.BOUND, "upper"))
          .isGreaterThan(last(Vocabulary.SIZING_CPU, Vocabulary.BOUND, "target"));
      assertThat(last(Vocabulary.SIZING_COST, Vocabulary.WHEN, "now")).isEqualTo(4.0);
      assertThat(last(Vocabulary.SIZING_COST, Vocabulary.WHEN, "recommended")).isBetween(0.8, 1.1);
      assertThat(events).isEmpty();
    }
  }

  @Test
  void initialIsForNewReplicas() {
    try (VerticalAutoscaler _ = start(RightSizing.INITIAL)) {
      scheduler.advance(Duration.ofHours(2));

      assertThat(initial.getLast().cpu().millicores()).isBetween(210L, 260L);
      assertThat(sizes.values()).containsOnly(DOCUMENT);
    }
  }

  @Test
  void autoWaitsUntilTheBoundsAreNarrowThenResizesHalfAtATime() {
    try (VerticalAutoscaler _ = start(RightSizing.AUTO)) {
      scheduler.advance(Duration.ofHours(7));
      assertThat(sizes.values()).as("the upper bound is still wide").containsOnly(DOCUMENT);

      scheduler.advance(Duration.ofHours(2));
      assertThat(sizes.values()).allMatch(size -> size.cpu().millicores() < 300);
      assertThat(events).hasSize(4);
      assertThat(events.getFirst().eventName()).isEqualTo(Vocabulary.EVENT_RESIZE);
      assertThat(events.getFirst().attributes().toMap())
          .containsEntry("headroom.cpu.from", 1.0)
          .hasEntrySatisfying(
              Vocabulary.SAVING, saving -> assertThat((Double) saving).isBetween(0.7, 0.8));
      assertThat(events.get(2).epochNanos() - events.get(1).epochNanos())
          .isEqualTo(Duration.ofMinutes(1).toNanos());
    }
  }

  @Test
  void afterARestartItKnowsWhatWasUsedBefore() {
    remembers = begin.minus(Duration.ofDays(5));
    try (VerticalAutoscaler _ = start(RightSizing.OFF)) {
      scheduler.advance(Duration.ofMinutes(2));

      assertThat(last(Vocabulary.SIZING_CONFIDENCE, Vocabulary.SERVICE, "web"))
          .isCloseTo(5, Percentage.withPercentage(1));
    }
  }

  @Test
  void aReplicaThatRanOutOfMemoryRaisesTheTarget() {
    try (VerticalAutoscaler _ = start(RightSizing.OFF)) {
      scheduler.advance(Duration.ofHours(1));
      double before = last(Vocabulary.SIZING_MEMORY, Vocabulary.BOUND, "target");

      kills.add(new UsageSource.MemoryKill("web-1", time.now(), mebibytes(1024)));
      scheduler.advance(Duration.ofMinutes(3));

      assertThat(last(Vocabulary.SIZING_MEMORY, Vocabulary.BOUND, "target"))
          .isGreaterThan(before)
          .isGreaterThan(1024 * 1.2 * (1 << 20));
    }
  }

  @Test
  void compressedTimeComesToTheSameInMinutes() {
    try (VerticalAutoscaler _ =
        start(RightSizing.AUTO, VerticalSettings.compressed(Duration.ofMinutes(10)))) {
      scheduler.advance(Duration.ofMinutes(7));
      assertThat(sizes.values()).allMatch(size -> size.cpu().millicores() < 300);
    }
  }

  @Test
  void turnedOffNewReplicasAreAsInTheDocument() {
    ScaledApp before = app(RightSizing.INITIAL);
    try (VerticalAutoscaler autoscaler = start(RightSizing.INITIAL)) {
      scheduler.advance(Duration.ofHours(1));
      autoscaler.apply(before, app(RightSizing.OFF));
      scheduler.advance(Duration.ofMinutes(5));

      assertThat(initial.getLast()).isEqualTo(DOCUMENT);
    }
  }

  private VerticalAutoscaler start(RightSizing mode) {
    return start(mode, VerticalSettings.defaults());
  }

  private VerticalAutoscaler start(RightSizing mode, VerticalSettings settings) {
    for (int i = 1; i <= 4; i++) {
      sizes.put("web-" + i, DOCUMENT);
    }
    return VerticalAutoscaler.start(
        app(mode),
        settings,
        usage(),
        target(),
        size -> size.cpu().cores(),
        batch -> {
          events.addAll(batch.logs());
          gauges.addAll(batch.metrics());
        },
        time,
        scheduler);
  }

  private UsageSource usage() {
    return new UsageSource() {
      @Override
      public List<Sample> samples(String service, Instant from, Instant to, Duration step) {
        List<Sample> samples = new ArrayList<>();
        Instant at = from.isBefore(remembers) ? remembers : from;
        for (; at.isBefore(to); at = at.plus(step)) {
          for (String instance : sizes.keySet()) {
            samples.add(new Sample(instance, at.plus(step), 0.2, usedMebibytes * (1 << 20)));
          }
        }
        return samples;
      }

      @Override
      public List<MemoryKill> memoryKills(String service, Instant from, Instant to) {
        return kills.stream()
            .filter(kill -> !kill.at().isBefore(from) && kill.at().isBefore(to))
            .toList();
      }
    };
  }

  private SizeTarget target() {
    return new SizeTarget() {
      @Override
      public List<SizedReplica> replicas(String service) {
        return sizes.entrySet().stream()
            .map(e -> new SizedReplica(e.getKey(), begin, e.getValue(), Optional.empty()))
            .toList();
      }

      @Override
      public void sizeOfNew(String service, ReplicaSize size) {
        initial.add(size);
      }

      @Override
      public void resize(String service, String instance, ReplicaSize size, String reason) {
        sizes.put(instance, size);
      }
    };
  }

  private double last(String metric, String attribute, String value) {
    return gauges.stream()
        .filter(gauge -> gauge.name().equals(metric))
        .filter(gauge -> value.equals(gauge.attributes().get(attribute)))
        .reduce((_, later) -> later)
        .map(gauge -> ((Metric.Gauge) gauge).value())
        .orElseThrow();
  }

  private static ScaledApp app(RightSizing mode) {
    ServiceSpec web = Apps.service(4, 4, Apps.noTargets(), "1000m", "1Gi");
    ResourcesSpec resources =
        new ResourcesSpec(
            web.resources().cpu(),
            web.resources().memory(),
            Optional.empty(),
            mode,
            Optional.empty(),
            Optional.empty());
    return Apps.app(Map.of("web", Apps.with(web, resources)), Apps.nodes(1, 18, "c7i"));
  }

  private static ByteSize mebibytes(long mebibytes) {
    return ByteSize.mebibytes(mebibytes);
  }
}
