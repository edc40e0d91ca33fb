package dev.headroom.demo.traffic.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headroom.demo.traffic.load.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FiguresTest {
  private final Figures figures = new Figures();

  private Report report(Optional<Verified> verified) {
    return figures.report(new Run(Instant.EPOCH, 60, 5000, 1, 2, Duration.ofMillis(1), verified));
  }

  private static Report.OfEndpoint row(Report report, String endpoint) {
    return report.endpoints().stream()
        .filter(row -> row.endpoint().equals(endpoint))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void eachOutcomeIsCountedInItsOwnPlace() {
    figures.ended(Endpoint.ISSUE, Outcome.ANSWERED, 10_000_000);
    figures.ended(Endpoint.ISSUE, Outcome.ERROR, 30_000_000);
    figures.ended(Endpoint.ISSUE, Outcome.UNEXPECTED_4XX, 20_000_000);
    figures.ended(Endpoint.ISSUE, Outcome.LIMITED, 1);
    figures.overloaded(Endpoint.ISSUE);
    figures.ended(Endpoint.SEARCH, Outcome.ANSWERED, 1);

    Report report = report(Optional.empty());

    assertThat(report)
        .returns(6L, Report::requests)
        .returns(2L, Report::errors)
        .returns(1L, Report::overload)
        .returns(1L, Report::limited)
        .returns(1L, Report::unexpected4xx)
        .returns(2L, Report::unfinished)
        .returns(null, Report::lostWrites);
    // The 429 took a nanosecond and is not among the durations.
    assertThat(row(report, "GET /api/issues/{issueId}"))
        .returns(5L, Report.OfEndpoint::count)
        .returns(2L, Report.OfEndpoint::errors)
        .returns(20.0, row -> Math.rint(row.p50Ms()))
        .returns(30.0, Report.OfEndpoint::maxMs);
    assertThat(report.endpoints()).hasSize(Endpoint.ALL.size());
  }

  @Test
  void statusesMeanWhatTheyMean() {
    assertThat(Outcome.of(200, 0)).isEqualTo(Outcome.ANSWERED);
    assertThat(Outcome.of(304, 0)).isEqualTo(Outcome.ANSWERED);
    assertThat(Outcome.of(404, 0)).isEqualTo(Outcome.UNEXPECTED_4XX);
    assertThat(Outcome.of(404, 404)).isEqualTo(Outcome.ANSWERED);
    assertThat(Outcome.of(429, 404)).isEqualTo(Outcome.LIMITED);
    assertThat(Outcome.of(503, 404)).isEqualTo(Outcome.ERROR);
  }

  @Test
  void aWindowTellsOnlyWhatHappenedInIt() {
    figures.ended(Endpoint.ISSUE, Outcome.ERROR, 50_000_000);
    figures.tickLive(2);
    figures.ended(Endpoint.ISSUE, Outcome.ANSWERED, 10_000_000);
    Live live = figures.tickLive(2);
    assertThat(live.errors()).isZero();
    assertThat(live.rate()).isEqualTo(0.5);
    assertThat(live.p99Ms()).isCloseTo(10, within(0.1));

    figures.tickTimeline(5, 5, 5000, 3);
    assertThat(report(Optional.empty()).timeline())
        .singleElement()
        .returns(0.4, Report.OfTime::rate)
        .returns(1L, Report.OfTime::errors)
        .returns(3L, Report.OfTime::inFlight);
  }

  @Test
  void lostWritesAreToldOnceVerified() {
    assertThat(report(Optional.of(new Verified(10, 1, 0))))
        .returns(0L, Report::lostWrites)
        .returns(10L, Report::verifiedWrites)
        .returns(1L, Report::unverifiedWrites);
  }

  @Test
  void anUnreadableAnswerIsAnErrorOfARequestThatWasCounted() {
    figures.ended(Endpoint.ME, Outcome.ANSWERED, 1);
    figures.unreadable(Endpoint.ME, new IOException("not JSON\nat all"));
    assertThat(report(Optional.empty()))
        .returns(1L, Report::requests)
        .returns(1L, Report::errors)
        .returns(List.of("GET /api/me: java.io.IOException: not JSON"), Report::samples);
  }

  @Test
  void failuresThatSoundTheSameAreToldOnce() {
    for (int i = 0; i < 100; i++) {
      figures.sample("refused");
      figures.sample("refused " + i);
    }
    assertThat(report(Optional.empty()).samples())
        .hasSize(50)
        .startsWith("refused (100 times)", "refused 0", "refused 1");
  }

  @Test
  void answersAreCountedByReplica() {
    figures.answeredBy("web-2");
    figures.answeredBy("web-1");
    figures.answeredBy("web-2");
    figures.answeredBy("");
    assertThat(report(Optional.empty()).replicas())
        .containsExactly(new Report.OfReplica("web-1", 1), new Report.OfReplica("web-2", 2));
  }
}
