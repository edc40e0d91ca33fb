package dev.headroom.advisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  @Test
  void whatOnlyTracesShowIsToldOnce() {
    TracedRepetition seen = repetition("00000000000000aa");
    TracedRepetition alsoByTheRouter = repetition("00000000000000bb");

    List<Advice> advice =
        LiveProposals.traced(List.of(seen, alsoByTheRouter), Set.of("00000000000000bb"));

    assertThat(advice).hasSize(1);
    assertThat(advice.getFirst().kind()).isEqualTo(AdviceKind.N_PLUS_ONE);
    assertThat(advice.getFirst().title()).isEqualTo("api GET /issues asks the same 20 times");
    // 19 of 20 executions, 40 ms in all, of 30 requests in a minute.
    assertThat(advice.getFirst().secondsPerHour()).isCloseTo(0.038 * 30 * 60, within(0.01));
    assertThat(advice.getFirst().evidence().notes())
        .anyMatch(note -> note.contains("seen in 30") && note.contains("not in the trace"));
  }

  private static TracedRepetition repetition(String fingerprint) {
    return new TracedRepetition(
        fingerprint,
        "SELECT name FROM users WHERE id = ?",
        "api GET /issues",
        30,
        20,
        Duration.ofMillis(40),
        false,
        "4bf92f3577b34da6a3ce929d0e0e4736",
        MINUTE);
  }
}
