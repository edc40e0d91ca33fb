package dev.headroom.apm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.UserError;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceId;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceQueryTest {
  private static final Span SPAN =
      new Span(
          new TraceId(1, 2),
          new SpanId(3),
          SpanId.NONE,
          "GET /orders/{id}",
          Span.Kind.SERVER,
          1_000_000_000L,
          1_250_000_000L,
          Span.Status.ERROR,
          "",
          Attributes.of(
              "db.rows",
              150L,
              "ratio",
              0.5,
              "user.name",
              "Ann Lee",
              "retry",
              true,
              "code",
              "200",
              "tags",
              List.of("blue", "big"),
              "http.route",
              "/orders/{id}"),
          List.of(),
          Attributes.of("service.name", "api", "host.name", "h1"),
          "test");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "service = api and duration > 200ms and db.rows > 100",
        "service=api and duration>0.2s",
        "SERVICE = x or service = api",
        "duration <= 250ms and duration >= 250ms and not duration < 250ms",
        "name = \"GET /orders/{id}\"",
        "name contains orders",
        "route = /orders/{id}",
        "kind = Server and status = ERROR",
        "user.name = 'Ann Lee'",
        "user.name contains ann",
        "user.name",
        "user.name exists",
        "not nobody",
        "db.rows = 150 and db.rows = 150.0 and db.rows != 151",
        "code = 200",
        "code = \"200\"",
        "retry = true",
        "ratio < 0.6 and ratio > -1e3",
        "tags = blue",
        "host.name = h1",
        "(service = x or service = api) and (status = error)",
        "service = api or service = x and service = y",
        "not (service = x or status = ok)",
        "not not service = api",
        "",
        "   ",
      })
  void finds(String query) {
    assertThat(TraceQuery.parse(query).matches(SPAN)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "service = web",
        "duration > 250ms",
        "db.rows > 150",
        "user.name > 5",
        "user.name = ann",
        "nobody = 1",
        "nobody != 1",
        "status = ok",
        "kind = client",
        "tags = red",
        "not retry = true",
        "service = api and (status = ok or kind = client)",
        "\"service\" = api",
      })
  void doesNotFind(String query) {
    assertThat(TraceQuery.parse(query).matches(SPAN)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          service =            | at character 10: the end (expected: a value)
          = api                | at character 1: = (expected: a name
          service = api status | at character 14: status (expected: and, or)
          (service = api       | at character 15: the end (expected: a closing parenthesis)
          duration > 5         | expected: a duration such as 200ms
          duration contains 5s | expected: a duration such as 200ms
          db.rows > many       | many (expected: a number after >)
          name = "half         | expected: its closing quote
          service = api and    | at character 18: the end (expected: a name
          """)
  void refusesWithThePlaceAndWhatWasExpected(String query, String message) {
    assertThatThrownBy(() -> TraceQuery.parse(query))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {33, 2_000})
  void doesNotNestWithoutEnd(int depth) {
    assertThatThrownBy(() -> TraceQuery.parse("(".repeat(depth) + "a" + ")".repeat(depth)))
        .isInstanceOf(UserError.class);
  }
}
