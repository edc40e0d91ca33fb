package dev.headroom.advisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveProposalsTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void aPoolHasRoomForArrivalsInBunches() {
    Advice advice = LiveProposals.pool(Map.of("pg-1", 16.0, "pg-2", 3.0), MINUTE, 10).orElseThrow();
    assertThat(advice.action()).isInstanceOf(AdviceAction.Document.class);
    assertThat(advice.action().text()).contains("router: {pool: 24}");
    assertThat(LiveProposals.pool(Map.of("pg-1", 16.0), MINUTE, 30)).isEmpty();
  }

  @Test
  void aSmallerPoolIsNoPieceOfTheDocument() {
    Optional<Advice> advice = LiveProposals.pool(Map.of("pg-1", 0.3), MINUTE, 20);
    assertThat(advice.orElseThrow().action()).isInstanceOf(AdviceAction.Code.class);
    AdviceReport report =
        new AdviceReport(
            "", java.time.Instant.EPOCH, MINUTE, List.of(), List.of(advice.get()), List.of());
    assertThat(Applier.document("app", report, List.of())).isEmpty();
  }
}
