package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.headroom.autoscaler.ReplicaReading.Measured;
import dev.headroom.autoscaler.ReplicaReading.Phase;
import dev.headroom.base.Health;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import dev.headroom.testing.FakeTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HorizontalAutoscalerTest {
  private static final Duration WINDOW = Duration.ofSeconds(30);

  private final FakeTime time = new FakeTime();
  private final ManualScheduler scheduler = new ManualScheduler(time);
  private final Instant longAgo = time.now().minus(Duration.ofHours(1));
  private final List<LogRecord> events = new ArrayList<>();
  private final List<Metric> gauges = new ArrayList<>();
  private final Map<String, Integer> replicas = new TreeMap<>(Map.of("web", 8, "mailer", 2));
  private Duration dataAge = Duration.ofSeconds(3);
  private double inFlightOfAll = 16;
  private double cpuOfAll = 0.5;

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
  }

  @Test
  void scalesByInFlightAndSaysWhy() {
    try (HorizontalAutoscaler autoscaler = start(app(3))) {
      inFlightOfAll = 38.4;
      scheduler.advance(Duration.ofSeconds(15));

      assertThat(replicas).containsEntry("web", 13);
      LogRecord event = events.get(0);
      assertThat(event.eventName()).isEqualTo(Vocabulary.EVENT_SCALE);
      assertThat(event.attributes().toMap())
          .containsEntry(Vocabulary.SERVICE, "web")
          .containsEntry("headroom.from", 8L)
          .containsEntry("headroom.to", 13L)
          .containsEntry("headroom.data_age_seconds", 3.0)
          .containsEntry(
              Vocabulary.REASON, "in-flight 4.8 per replica, target 3 → ceil(8×4.8/3) = 13");
      assertThat(autoscaler.check()).isEqualTo(Health.up());
    }
  }

  @Test
  void aSpikeGoesUpInStepsAndComesBackAfterTheWindow() {
    try (HorizontalAutoscaler _ = start(app(3))) {
      inFlightOfAll = 70;
      scheduler.advance(Duration.ofSeconds(15));
      assertThat(replicas).containsEntry("web", 16);
      scheduler.advance(Duration.ofSeconds(15));
      assertThat(replicas).containsEntry("web", 24);

      inFlightOfAll = 16;
      scheduler.advance(Duration.ofSeconds(45));
      assertThat(replicas).as("within the window of 60 s").containsEntry("web", 24);
      scheduler.advance(Duration.ofSeconds(30));
      assertThat(replicas).containsEntry("web", 8);
      assertThat(events).hasSize(3);
    }
  }

  @Test
  void loadThatWaversDoesNotThrash() {
    try (HorizontalAutoscaler _ = start(app(3))) {
      // Around 12 replicas' worth, 25 % up and down every half minute.
      for (int i = 0; i < 60; i++) {
        inFlightOfAll = i % 2 == 0 ? 45 : 27;
        scheduler.advance(Duration.ofSeconds(30));
      }

      assertThat(replicas).containsEntry("web", 15);
      assertThat(events).hasSize(1);
    }
  }

  @Test
  void withinToleranceNothingChanges() {
    try (HorizontalAutoscaler _ = start(app(3))) {
      inFlightOfAll = 8 * 3 * 1.09;
      scheduler.advance(Duration.ofMinutes(2));

      assertThat(events).isEmpty();
    }
  }

  @Test
  void neverDecidesOnOldData() {
    try (HorizontalAutoscaler autoscaler = start(app(3))) {
      inFlightOfAll = 70;
      dataAge = Duration.ofSeconds(21);
      scheduler.advance(Duration.ofMinutes(1));

      assertThat(events).isEmpty();
      assertThat(autoscaler.check())
          .isEqualTo(
              Health.degraded(
                  "web is not scaled: in-flight: no sample of a running replica"
                      + " that is younger than 20s"));

      dataAge = Duration.ofSeconds(20);
      scheduler.advance(Duration.ofSeconds(15));
      assertThat(replicas).containsEntry("web", 16);
      assertThat(autoscaler.check()).isEqualTo(Health.up());
    }
  }

  @Test
  void withoutTargetsSteersByCpuAsKubernetesDoes() {
    ServiceSpec web = Apps.service(8, 24, Apps.noTargets(), "500m", "512Mi");
    try (HorizontalAutoscaler _ = start(Apps.app(Map.of("web", web), Apps.nodes(1, 18, "c7i")))) {
      cpuOfAll = 8 * 0.48;
      scheduler.advance(Duration.ofSeconds(15));

      assertThat(replicas).containsEntry("web", 10);
      assertThat(events.get(0).attributes().text(Vocabulary.REASON))
          .contains("CPU 96% of the request, target 80% → ceil(8×96/80) = 10");
    }
  }

  @Test
  void reportsWhatItWantsOfEveryService() {
    try (HorizontalAutoscaler _ = start(app(3))) {
      scheduler.advance(Duration.ofSeconds(5));

      assertThat(gauges)
          .extracting(
              gauge -> gauge.attributes().text(Vocabulary.SERVICE).orElseThrow(),
              gauge -> ((Metric.Gauge) gauge).value())
          .containsExactlyInAnyOrder(tuple("web", 8.0), tuple("mailer", 2.0));
    }
  }

  @Test
  void aNewDocumentCountsFromTheNextDecision() {
    ScaledApp before = app(3);
    try (HorizontalAutoscaler autoscaler = start(before)) {
      ServiceSpec narrower =
          Apps.service(2, 6, Apps.targets(OptionalInt.empty(), OptionalInt.of(3)), "500m", "512Mi");
      autoscaler.apply(before, Apps.app(Map.of("web", narrower), Apps.nodes(1, 18, "c7i")));
      scheduler.advance(Duration.ofSeconds(15));

      assertThat(replicas).containsEntry("web", 6);
    }
  }

  @Test
  void afterCloseNothingIsDecided() {
    HorizontalAutoscaler autoscaler = start(app(3));
    autoscaler.close();
    autoscaler.close();
    inFlightOfAll = 70;
    scheduler.advance(Duration.ofMinutes(1));

    assertThat(events).isEmpty();
    assertThat(gauges).isEmpty();
  }

  private HorizontalAutoscaler start(ScaledApp app) {
    return HorizontalAutoscaler.start(
        app,
        AutoscalerSettings.defaults()
            .withBehavior(
                new ScalingBehavior.Rules(
                    ScalingRules.defaultUp(),
                    ScalingRules.defaultDown().withStabilization(Duration.ofSeconds(60)))),
        this::read,
        new ReplicaTarget() {
          @Override
          public int replicas(String service) {
            return Objects.requireNonNull(replicas.get(service), service);
          }

          @Override
          public void scale(String service, int number) {
            replicas.put(service, number);
          }
        },
        batch -> {
          events.addAll(batch.logs());
          gauges.addAll(batch.metrics());
        },
        time,
        scheduler);
  }

  private static ScaledApp app(int inFlight) {
    return Apps.app(
        Map.of(
            "web",
            Apps.service(
                8,
                24,
                Apps.targets(OptionalInt.empty(), OptionalInt.of(inFlight)),
                "500m",
                "512Mi"),
            "mailer",
            Apps.service(2, 2, Apps.noTargets(), "500m", "512Mi")),
        Apps.nodes(1, 18, "c7i"));
  }

  /* The load is shared evenly, at once. */
  private List<ReplicaReading> read(String service) {
    int count = Objects.requireNonNull(replicas.get(service), service);
    Instant at = time.now().minus(dataAge);
    List<ReplicaReading> readings = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      readings.add(
          new ReplicaReading(
              service + "-" + i,
              Phase.RUNNING,
              longAgo,
              true,
              longAgo,
              Optional.of(new Measured(cpuOfAll / count, at, WINDOW)),
              Optional.of(new Measured(inFlightOfAll / count, at, WINDOW))));
    }
    return readings;
  }
}
