package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.autoscaler.ScalingRules.Select;
import dev.headroom.autoscaler.Vectors.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReplicaLimitTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration PERIOD = Duration.ofSeconds(60);

  static Stream<Row> behaviors() {
    return Vectors.read("hpa-behavior.csv").stream();
  }

  static Stream<Row> stabilizations() {
    return Vectors.read("hpa-stabilization.csv").stream();
  }

  @ParameterizedTest
  @MethodSource("behaviors")
  void upstreamsBehaviorTable(Row row) {
    ScalingMemory memory = new ScalingMemory();
    memory.changed(NOW.minusSeconds(10), row.number("upEventsInPeriod"));
    memory.changed(NOW.minusSeconds(5), -row.number("downEventsInPeriod"));
    ScalingRules up = rules(row, "up", ScalingRules.defaultUp());
    ScalingRules down = rules(row, "down", ScalingRules.defaultDown());

    ReplicaLimit limit =
        ReplicaLimit.of(
            new ScalingBehavior.Rules(up, down),
            memory,
            NOW,
            row.number("current"),
            row.number("desired"),
            row.number("min"),
            row.number("max"));

    assertThat(limit.replicas()).isEqualTo(row.number("expected"));
    assertThat(limit.condition().name().replace("_", "").toLowerCase(Locale.ROOT))
        .isEqualTo(row.text("condition").toLowerCase(Locale.ROOT));
  }

  private static ScalingRules rules(Row row, String direction, ScalingRules otherwise) {
    List<ScalingPolicy> policies = new ArrayList<>();
    if (row.text("direction").equals(direction)) {
      if (row.has("podsPolicy")) {
        policies.add(new ScalingPolicy(ScalingPolicy.Kind.PODS, row.number("podsPolicy"), PERIOD));
      }
      if (row.has("percentPolicy")) {
        policies.add(
            new ScalingPolicy(ScalingPolicy.Kind.PERCENT, row.number("percentPolicy"), PERIOD));
      }
    }
    return policies.isEmpty()
        ? otherwise
        : new ScalingRules(otherwise.stabilization(), Select.MAX, policies, 0.1);
  }

  @ParameterizedTest
  @MethodSource("stabilizations")
  void upstreamsDownscaleStabilizationTable(Row row) {
    ScalingMemory memory = new ScalingMemory();
    if (row.has("recs")) {
      for (String recommendation : row.text("recs").split(" ")) {
        String[] parts = recommendation.split("@");
        memory.recommended(NOW.minusSeconds(Long.parseLong(parts[1])), Integer.parseInt(parts[0]));
      }
    }

    ReplicaLimit limit =
        ReplicaLimit.of(
            new ScalingBehavior.Unset(Duration.ofMinutes(5)),
            memory,
            NOW,
            100,
            row.number("desired"),
            1,
            1000);

    assertThat(limit.replicas()).isEqualTo(row.number("expected"));
  }

  @Test
  void everyVectorIsThere() {
    assertThat(behaviors()).hasSize(17);
    assertThat(stabilizations()).hasSize(4);
  }

  @Test
  void withoutBehaviorAtMostDoubles() {
    ScalingBehavior unset = new ScalingBehavior.Unset(Duration.ofMinutes(5));

    assertThat(ReplicaLimit.of(unset, new ScalingMemory(), NOW, 1, 50, 1, 100).replicas())
        .isEqualTo(4);
    assertThat(ReplicaLimit.of(unset, new ScalingMemory(), NOW, 10, 50, 1, 100).replicas())
        .isEqualTo(20);
    assertThat(ReplicaLimit.of(unset, new ScalingMemory(), NOW, 10, 50, 1, 15).replicas())
        .isEqualTo(15);
  }

  @Test
  void stabilisationKeepsToTheNearestRecommendationOfItsWindow() {
    ScalingBehavior.Rules rules =
        new ScalingBehavior.Rules(
            ScalingRules.defaultUp().withStabilization(Duration.ofSeconds(60)),
            ScalingRules.defaultDown());
    ScalingMemory memory = new ScalingMemory();
    memory.recommended(NOW.minusSeconds(200), 9);
    memory.recommended(NOW.minusSeconds(30), 4);

    assertThat(ReplicaLimit.stabilize(rules, memory, NOW, 10, 2)).isEqualTo(9);
    assertThat(ReplicaLimit.stabilize(rules, memory, NOW, 3, 8)).isEqualTo(4);
    assertThat(ReplicaLimit.stabilize(rules, memory, NOW, 5, 8)).isEqualTo(5);
  }

  @Test
  void aDisabledDirectionStaysAndAMinimumSelectsTheSmallestChange() {
    ScalingRules disabled = new ScalingRules(Duration.ZERO, Select.DISABLED, List.of(), 0.1);
    ScalingRules careful =
        new ScalingRules(
            Duration.ZERO,
            Select.MIN,
            List.of(
                new ScalingPolicy(ScalingPolicy.Kind.PODS, 2, PERIOD),
                new ScalingPolicy(ScalingPolicy.Kind.PERCENT, 50, PERIOD)),
            0.1);
    ScalingMemory memory = new ScalingMemory();

    ScalingBehavior neverDown = new ScalingBehavior.Rules(careful, disabled);
    assertThat(ReplicaLimit.of(neverDown, memory, NOW, 10, 1, 1, 20).replicas()).isEqualTo(10);
    assertThat(ReplicaLimit.of(neverDown, memory, NOW, 10, 20, 1, 20).replicas()).isEqualTo(12);
    ScalingBehavior carefully = new ScalingBehavior.Rules(careful, careful);
    assertThat(ReplicaLimit.of(carefully, memory, NOW, 10, 1, 1, 20).replicas()).isEqualTo(8);
  }
}
