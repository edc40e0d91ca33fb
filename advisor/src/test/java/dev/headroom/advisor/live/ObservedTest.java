package dev.headroom.advisor.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.signals.QueryCall;
import dev.headroom.signals.QueryCall.Parameter;
import dev.headroom.signals.QuerySample;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceContext;
import dev.headroom.signals.TraceId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObservedTest {
  private static final String LIST = "SELECT id FROM issues WHERE project_id = $1";
  private static final String ONE = "SELECT name FROM users WHERE id = $1";

  private final Observed observed = new Observed();
  private long clock = 1;

  private void query(String sql, long value, long rows, long trace, long session) {
    observed.add(
        new QuerySample(
            clock,
            1,
            sql,
            "pg-0",
            "primary",
            "read",
            0,
            1_000_000,
            1_000_000,
            rows,
            10 * rows,
            "",
            trace == 0
                ? Optional.empty()
                : Optional.of(new TraceContext(new TraceId(0, trace), new SpanId(clock), true)),
            Optional.empty(),
            session,
            clock,
            QueryCall.of(
                sql, List.of(new Parameter(20, Optional.of(Long.toString(value)), true)))));
    clock += 1_500_000;
  }

  private void request(String path, long trace, String tenant, String user) {
    observed.add(
        new Observed.Request(
            "api",
            "GET",
            path,
            path,
            new TraceId(0, trace).toString(),
            tenant,
            user,
            200,
            100,
            clock,
            5e6));
  }

  @Test
  void oneQueryPerRowOfAListIsFoundInItsTrace() {
    for (long trace = 1; trace <= 3; trace++) {
      query(LIST, 7, 8, trace, 1);
      for (long id = 0; id < 8; id++) {
        query(ONE, id, 1, trace, 1);
      }
      request("/api/board", trace, "", "");
    }

    assertThat(observed.repeated())
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.sql()).isEqualTo(ONE);
              assertThat(found.source()).isEqualTo(LIST);
              assertThat(found.route()).isEqualTo("GET /api/board");
              assertThat(found.requests()).isEqualTo(3);
              assertThat(found.executionsPerRequest()).isEqualTo(8);
            });
  }

  @Test
  void theSameQueryWithTheSameValueIsAnotherFault() {
    for (int i = 0; i < 9; i++) {
      query(ONE, 3, 1, 1, 1);
    }
    assertThat(observed.repeated()).isEmpty();
  }

  @Test
  void withoutTracesTheRowsOfAListMustExplainIt() {
    query(LIST, 7, 8, 0, 1);
    for (long id = 0; id < 8; id++) {
      query(ONE, id, 1, 0, 1);
    }
    // A busy endpoint's own query, of many users, on one connection of a pool.
    for (long id = 0; id < 20; id++) {
      query(LIST, id, 1, 0, 2);
    }
    query(LIST, 1, 1, 0, 1);
    assertThat(observed.repeated())
        .singleElement()
        .satisfies(found -> assertThat(found.sql()).isEqualTo(ONE));
  }

  @Test
  void answersOfATenantAreTheSameForItsUsers() {
    for (long trace = 1; trace <= 40; trace++) {
      String tenant = Long.toString(trace % 2);
      query(LIST, trace % 2, 4, trace, 1);
      request("/api/dashboard", trace, tenant, "user-" + trace % 8);
    }
    for (long trace = 41; trace <= 80; trace++) {
      long user = trace % 8;
      query(ONE, user, 1, trace, 1);
      request("/api/me", trace, Long.toString(trace % 2), "user-" + user);
    }

    assertThat(observed.endpoints())
        .anySatisfy(
            endpoint -> {
              assertThat(endpoint.route()).isEqualTo("/api/dashboard");
              assertThat(endpoint.sharedByTenant()).isTrue();
              assertThat(endpoint.repeatedShare()).isGreaterThan(0.9);
            })
        .anySatisfy(
            endpoint -> {
              assertThat(endpoint.route()).isEqualTo("/api/me");
              assertThat(endpoint.sharedByTenant()).isFalse();
            });
  }

  @Test
  void aChangeOfATenantsDataIsNoDifferenceBetweenItsUsers() {
    for (long trace = 1; trace <= 60; trace++) {
      long user = trace % 3;
      query(LIST, trace / 20, 4, trace, 1);
      request("/api/projects", trace, "1", "user-" + user);
    }
    // Two of three users see less, and one of them is the first.
    for (long trace = 61; trace <= 120; trace++) {
      long user = trace % 3;
      query(LIST, Math.min(1, user), 4, trace, 1);
      request("/api/reports", trace, "1", "user-" + user);
    }

    assertThat(observed.endpoints())
        .anySatisfy(
            endpoint -> {
              assertThat(endpoint.route()).isEqualTo("/api/projects");
              assertThat(endpoint.sharedByTenant()).isTrue();
            })
        .anySatisfy(
            endpoint -> {
              assertThat(endpoint.route()).isEqualTo("/api/reports");
              assertThat(endpoint.sharedByTenant()).isFalse();
            });
  }

  @Test
  void aCachePerUserHasNoAnswerForWhoAsksOnce() {
    for (long trace = 1; trace <= 40; trace++) {
      query(ONE, trace, 1, trace, 1);
      request("/api/notifications", trace, "1", "user-" + trace);
      query(LIST, 1, 4, 100 + trace, 1);
      request("/api/projects", 100 + trace, "1", "user-" + trace);
    }

    assertThat(observed.endpoints())
        .anySatisfy(
            endpoint -> {
              assertThat(endpoint.route()).isEqualTo("/api/notifications");
              assertThat(endpoint.sharedByTenant()).isFalse();
              assertThat(endpoint.keptShare()).isZero();
            })
        .anySatisfy(
            endpoint -> {
              assertThat(endpoint.route()).isEqualTo("/api/projects");
              assertThat(endpoint.keptShare()).isGreaterThan(0.9);
            });
  }

  @Test
  void busyConnectionsAreArrivalsTimesTheTimeHeld() {
    for (int i = 0; i < 1000; i++) {
      query(ONE, i, 1, 0, 1);
    }
    assertThat(observed.busyConnections().get("pg-0")).isBetween(0.6, 0.7);
  }
}
