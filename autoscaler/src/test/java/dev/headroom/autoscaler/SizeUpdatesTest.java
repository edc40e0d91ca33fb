package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.autoscaler.SizeUpdates.Update;
import dev.headroom.autoscaler.sizing.Estimate;
import dev.headroom.autoscaler.sizing.Estimate.Amount;
import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.spec.ResourcesSpec;
import dev.headroom.spec.ResourcesSpec.AllowedSpec;
import dev.headroom.spec.ResourcesSpec.RightSizing;
import dev.headroom.testing.FakeTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SizeUpdatesTest {
  private static final double MIB = 1 << 20;

  private final Instant now = new FakeTime().now();

  @Test
  void withinTheBoundsAYoungReplicaIsLeftAlone() {
    assertThat(updates(replica("web-1", 500, 512, Duration.ofHours(11)))).isEmpty();
  }

  @Test
  void anOldOneIsResizedForAGainOfATenth() {
    assertThat(updates(replica("web-1", 500, 512, Duration.ofHours(12))))
        .singleElement()
        .satisfies(update -> assertThat(update.reason()).contains("and is 12h old"));
    assertThat(updates(replica("web-1", 390, 400, Duration.ofHours(12)))).isEmpty();
  }

  @Test
  void outsideTheBoundsAgeDoesNotMatter() {
    assertThat(updates(replica("web-1", 150, 512, Duration.ofMinutes(1))))
        .extracting(Update::reason)
        .containsExactly("asks for 150m CPU, 512Mi, less than the lower bound of 200m CPU, 300Mi");
    assertThat(updates(replica("web-1", 500, 4096, Duration.ofMinutes(1))))
        .extracting(Update::reason)
        .containsExactly("asks for 500m CPU, 4Gi, more than the upper bound of 1 CPU, 1Gi");
  }

  @Test
  void oneThatSoonRanOutOfMemoryIsResizedAtOnce() {
    SizedReplica quick =
        new SizedReplica(
            "web-1", now.minusSeconds(5), size(500, 512), Optional.of(Duration.ofMinutes(9)));
    SizedReplica slow =
        new SizedReplica(
            "web-1", now.minusSeconds(5), size(500, 512), Optional.of(Duration.ofMinutes(10)));
    assertThat(updates(quick)).hasSize(1);
    assertThat(updates(slow)).isEmpty();
  }

  @Test
  void whoNeedsMoreComesFirstThenWhoGainsMostAndHalfOfThemAtATime() {
    List<Update> updates =
        SizeUpdates.of(
            List.of(
                replica("web-1", 5000, 512, Duration.ofMinutes(1)),
                replica("web-2", 9000, 512, Duration.ofMinutes(1)),
                replica("web-3", 150, 512, Duration.ofMinutes(1)),
                replica("web-4", 400, 512, Duration.ofMinutes(1)),
                replica("web-5", 400, 512, Duration.ofMinutes(1)),
                replica("web-6", 7000, 512, Duration.ofMinutes(1))),
            recommendation(),
            VerticalSettings.defaults(),
            now);
    assertThat(updates)
        .extracting(update -> update.replica().instance())
        .as("relative changes of 0.96 and more are those of 9 and of 7 CPU")
        .containsExactly("web-3", "web-2", "web-6");
  }

  @Test
  void oneThatIsNotUpYetIsLeftAlone() {
    assertThat(
            SizeUpdates.of(
                List.of(new SizedReplica("web-1", Instant.EPOCH, size(1, 1), Optional.empty())),
                recommendation(),
                VerticalSettings.defaults(),
                now))
        .isEmpty();
  }

  @Test
  void theDocumentsBoundsCapAllButTheUncappedTarget() {
    ResourcesSpec resources =
        new ResourcesSpec(
            new Cpu(500),
            ByteSize.mebibytes(512),
            Optional.empty(),
            RightSizing.AUTO,
            Optional.of(
                new AllowedSpec(Optional.of(new Cpu(300)), Optional.of(ByteSize.mebibytes(350)))),
            Optional.of(new AllowedSpec(Optional.of(new Cpu(350)), Optional.empty())));
    SizeRecommendation capped = SizeRecommendation.of(estimate(), resources);
    assertThat(capped.lower()).isEqualTo(size(300, 350));
    assertThat(capped.target()).isEqualTo(size(350, 400));
    assertThat(capped.upper()).isEqualTo(size(350, 1024));
    assertThat(capped.uncapped()).isEqualTo(size(400, 400));
  }

  private List<Update> updates(SizedReplica replica) {
    return SizeUpdates.of(List.of(replica), recommendation(), VerticalSettings.defaults(), now);
  }

  private static SizeRecommendation recommendation() {
    return SizeRecommendation.of(
        estimate(), new ResourcesSpec(new Cpu(500), ByteSize.mebibytes(512)));
  }

  private static Estimate estimate() {
    return new Estimate(
        new Amount(0.2, 300 * MIB), new Amount(0.4, 400 * MIB), new Amount(1, 1024 * MIB), 1, 1440);
  }

  private SizedReplica replica(String instance, long millicores, long mebibytes, Duration age) {
    return new SizedReplica(
        instance, now.minus(age), size(millicores, mebibytes), Optional.empty());
  }

  private static ReplicaSize size(long millicores, long mebibytes) {
    return new ReplicaSize(new Cpu(millicores), ByteSize.mebibytes(mebibytes));
  }
}
