package dev.headroom.spec;

import static dev.headroom.spec.TestDocuments.HEAD;
import static dev.headroom.spec.TestDocuments.WEB;
import static dev.headroom.spec.TestDocuments.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.spec.AlertCondition.Absence;
import dev.headroom.spec.AlertCondition.Change;
import dev.headroom.spec.AlertCondition.Measure;
import dev.headroom.spec.AlertCondition.Threshold;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions, objectives and endpoints as they are written. */
class AlertSpecTest {

  @Test
  void conditions() {
    assertThat(AlertCondition.parse("p95 > 250ms for 5m"))
        .contains(
            new Threshold(
                Measure.P95, true, 0.25, "250ms", Duration.ofMinutes(1), Duration.ofMinutes(5)));
    assertThat(AlertCondition.parse("errors>1% over 5m"))
        .contains(
            new Threshold(Measure.ERRORS, true, 0.01, "1%", Duration.ofMinutes(5), Duration.ZERO));
    assertThat(AlertCondition.parse("rate < 60/min"))
        .contains(
            new Threshold(Measure.RATE, false, 1, "60/min", Duration.ofMinutes(1), Duration.ZERO));
    assertThat(AlertCondition.parse("no requests for 5m"))
        .contains(new Absence(Duration.ofMinutes(5)));
    assertThat(AlertCondition.parse("p99 rises by 50% within 1h for 2m"))
        .contains(
            new Change(
                Measure.P99,
                true,
                0.5,
                Duration.ofHours(1),
                Duration.ofMinutes(1),
                Duration.ofMinutes(2)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "p95 > 250ms for 5m",
        "client-errors > 2.5% over 10m",
        "rate falls by 50% within 1h",
        "no requests for 30s"
      })
  void printAsTheyRead(String text) {
    assertThat(AlertCondition.parse(text).orElseThrow()).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "p95",
        "p96 > 250ms",
        "p95 > 250",
        "p95 > 1%",
        "errors > 250ms",
        "errors > 101%",
        "p95 > 250ms for 1s",
        "p95 > 250ms for 2d",
        "rate falls by 100% within 1h",
        "rate rises by 0% within 1h",
        "no requests"
      })
  void whatIsNoCondition(String text) {
    assertThat(AlertCondition.parse(text)).isEmpty();
  }

  @Test
  void objectives() {
    SloObjective objective = SloObjective.parse("99.9% under 300ms").orElseThrow();
    assertThat(objective.budget()).isCloseTo(0.001, org.assertj.core.api.Assertions.within(1e-9));
    assertThat(objective).hasToString("99.9% under 300ms over 30d");
    assertThat(SloObjective.parse("99% over 7d").orElseThrow().period())
        .isEqualTo(Duration.ofDays(7));
    assertThat(SloObjective.parse("100%")).isEmpty();
    assertThat(SloObjective.parse("99% over 1d")).isEmpty();
    assertThat(SloObjective.parse("99% under fast")).isEmpty();
  }

  @Test
  void endpoints() {
    EndpointPattern all = EndpointPattern.parse("GET /api/**").orElseThrow();
    assertThat(all.matches("GET", "/api/users/{id}")).isTrue();
    assertThat(all.matches("POST", "/api/users/{id}")).isFalse();
    assertThat(all.matches("GET", "/health")).isFalse();
    EndpointPattern one = EndpointPattern.parse("/api/search").orElseThrow();
    assertThat(one).isEqualTo(new EndpointPattern(Optional.empty(), "/api/search"));
    assertThat(one.matches("POST", "/api/search")).isTrue();
    assertThat(one.matches("GET", "/api/searches")).isFalse();
    assertThat(EndpointPattern.parse("api")).isEmpty();
    assertThat(EndpointPattern.parse("/a/**/b")).isEmpty();
  }

  @Test
  void everyMistakeIsToldAtItsLine() {
    assertThat(
            problems(
                HEAD
                    + WEB
                    + """
                      channels:
                        ops: {slack: x, webhook: y}
                        Hook: {webhook: y}
                        chat: {slack: x, signingKey: k}
                      alerts:
                        - {when: p95 > 250, notify: ops}
                        - {notify: chat}
                        - {when: p95 > 250ms, slo: 99%, notify: chat}
                        - {when: p95 > 1s, service: wed, notify: chats}
                        - {when: p95 > 2s, service: web, notify: chat}
                        - {when: p95 > 2s, service: web, notify: chat}
                    """))
        .anySatisfy(p -> assertThat(p).startsWith("a.yaml:7: spec.channels.ops").contains("one of"))
        .anySatisfy(p -> assertThat(p).startsWith("a.yaml:8: spec.channels.Hook"))
        .anySatisfy(p -> assertThat(p).startsWith("a.yaml:9: spec.channels.chat.signingKey"))
        .anySatisfy(p -> assertThat(p).startsWith("a.yaml:11: spec.alerts[0].when: p95 > 250 ("))
        .anySatisfy(p -> assertThat(p).startsWith("a.yaml:12: spec.alerts[1]: (expected: one of"))
        .anySatisfy(p -> assertThat(p).startsWith("a.yaml:13: spec.alerts[2]: (expected: one of"))
        .anySatisfy(p -> assertThat(p).contains("spec.alerts[3].notify").endsWith("mean chat?"))
        .anySatisfy(p -> assertThat(p).contains("spec.alerts[3].service").endsWith("mean web?"))
        .anySatisfy(p -> assertThat(p).contains("spec.alerts[5]: ").contains("each alert once"));
  }
}
