package dev.headroom.apm.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.apm.Analyses.Proof;
import dev.headroom.apm.Analyses.RepeatedCall;
import dev.headroom.apm.Analyses.RepeatedKind;
import dev.headroom.apm.Endpoint;
import dev.headroom.signals.Span;
import dev.headroom.sql.Fingerprint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Traces that repeat calls, and traces that only look so. */
class RepeatedCallsTest {
  private static final String LIST = "SELECT id, title FROM issues WHERE project_id = $1";
  private static final String ONE = "SELECT name FROM users WHERE id = $1";
  private static final String LITERAL = "SELECT name FROM users WHERE id = #";

  record Case(String name, Consumer<TraceBuilder> body) {
    @Override
    public String toString() {
      return name;
    }

    List<RepeatedCall> find() {
      TraceBuilder trace = TraceBuilder.request("/api/issues", 2_000);
      body.accept(trace);
      return RepeatedCalls.in(List.of(trace.spans()), 10);
    }
  }

  static Stream<Case> positive() {
    Map<String, Consumer<TraceBuilder>> cases = new LinkedHashMap<>();
    cases.put("list, then one per row", t -> t.statement(1, LIST, 5).repeat(5, 1, ONE, 10));
    cases.put("literals in the text", t -> t.statement(1, LIST, 5).repeat(6, 1, LITERAL, 10));
    cases.put(
        "literals of text",
        t -> t.statement(1, LIST, 5).repeat(6, 1, "SELECT 1 FROM t WHERE k = 'k#'", 10));
    cases.put("many fast ones", t -> t.statement(1, LIST, 5).repeat(20, 1, ONE, 0.4));
    cases.put("question marks", t -> t.repeat(5, 1, "select * from users where id=?", 12));
    cases.put("named parameters", t -> t.repeat(5, 1, "select * from users where id=:id", 12));
    cases.put("no list before", t -> t.repeat(8, 1, ONE, 10));
    cases.put(
        "comments that differ",
        t -> t.repeat(6, 1, "SELECT name FROM users WHERE id = $1 /*traceparent='00-#'*/", 10));
    cases.put(
        "white space that differs",
        t -> {
          for (int i = 0; i < 6; i++) {
            t.statement(1, "SELECT name" + " ".repeat(i + 1) + "FROM users WHERE id = $1", 10);
          }
        });
    cases.put(
        "begin and commit between",
        t -> {
          for (int i = 0; i < 6; i++) {
            t.statement(1, "BEGIN", 1).statement(1, ONE, 10).statement(1, "COMMIT", 1);
          }
        });
    cases.put(
        "the pool's spans between",
        t -> {
          for (int i = 0; i < 6; i++) {
            t.internal(1, "pool.acquire", 1);
            t.pause(1).statement(1, ONE, 10);
          }
        });
    cases.put(
        "another statement between",
        t -> {
          for (int i = 0; i < 6; i++) {
            t.statement(1, ONE, 10);
            if (i == 3) {
              t.statement(1, "SELECT count(*) FROM audit", 3);
            }
          }
        });
    cases.put(
        "all at the same time",
        t -> {
          for (int i = 0; i < 8; i++) {
            t.add(
                1,
                Span.Kind.CLIENT,
                "SELECT users",
                10,
                25,
                TraceBuilder.API,
                "db.system.name",
                "postgresql",
                "db.query.text",
                ONE);
          }
        });
    cases.put(
        "a span of its own around each",
        t -> {
          for (int i = 0; i < 6; i++) {
            long resolver = t.internal(1, "resolve author", 10);
            t.statement(resolver, ONE, 10);
          }
        });
    cases.put(
        "two spans of its own around each",
        t -> {
          for (int i = 0; i < 6; i++) {
            long resolver = t.internal(1, "resolve author", 10);
            long repository = t.internal(resolver, "UserRepository.find", 10);
            t.statement(repository, ONE, 10);
          }
        });
    cases.put(
        "inside a span",
        t -> {
          long render = t.internal(1, "render", 200);
          t.repeat(7, render, ONE, 10);
        });
    cases.put("inserts", t -> t.repeat(6, 1, "INSERT INTO labels (a, b) VALUES ($1, $2)", 10));
    cases.put("updates", t -> t.repeat(6, 1, "UPDATE issues SET rank = $1 WHERE id = $2", 10));
    cases.put("deletes", t -> t.repeat(6, 1, "DELETE FROM labels WHERE id = $1", 10));
    cases.put(
        "counts per row",
        t -> t.repeat(20, 1, "SELECT count(*) AS open FROM issues WHERE project_id = $1", 3));
    cases.put("one row each, by LIMIT", t -> t.repeat(6, 1, ONE + " ORDER BY at DESC LIMIT 1", 10));
    cases.put("a list of one value", t -> t.repeat(6, 1, "SELECT * FROM u WHERE id IN ($1)", 10));
    cases.put("existence", t -> t.repeat(12, 1, "SELECT 1 FROM members WHERE id = $1", 1));
    cases.put(
        "the same again and again",
        t -> t.repeat(10, 1, "SELECT value FROM settings WHERE k = 'x'", 2));
    cases.put(
        "old names of attributes",
        t -> {
          for (int i = 0; i < 6; i++) {
            t.add(
                1,
                Span.Kind.CLIENT,
                "SELECT",
                10 * i,
                10 * i + 10,
                TraceBuilder.API,
                "db.system",
                "mysql",
                "db.statement",
                "SELECT * FROM users WHERE id = " + i);
          }
        });
    cases.put(
        "the router tells each again",
        t -> {
          for (int i = 0; i < 6; i++) {
            t.statement(1, ONE, 10);
            long call = t.spans().size();
            router(t, call, 10 * i);
          }
        });
    cases.put(
        "only the router tells",
        t -> {
          for (int i = 0; i < 12; i++) {
            router(t, 1, 10 * i);
          }
        });
    cases.put("a failure among them", t -> t.repeat(6, 1, ONE, 10).failing(1, ONE, 10));
    cases.put("requests to a service", t -> t.http(6, 1, "http://users.internal/users/#", 15));
    cases.put(
        "requests by UUID",
        t -> {
          for (int i = 0; i < 6; i++) {
            t.http(1, 1, "http://users.internal/users/0d6f5c1e-0000-4000-8000-00000000000" + i, 15);
          }
        });
    cases.put("requests by query", t -> t.http(6, 1, "http://users.internal/user?id=#", 15));
    cases.put(
        "two statements alternating",
        t -> {
          for (int i = 0; i < 4; i++) {
            t.statement(1, ONE, 10).statement(1, "SELECT url FROM avatars WHERE user_id = $1", 10);
          }
        });
    cases.put(
        "a pattern of three",
        t -> {
          for (int i = 0; i < 3; i++) {
            t.statement(1, ONE, 10)
                .statement(1, "SELECT url FROM avatars WHERE user_id = $1", 10)
                .statement(1, "SELECT role FROM roles WHERE user_id = $1", 10);
          }
        });
    cases.put(
        "a request and a statement alternating",
        t -> {
          for (int i = 0; i < 4; i++) {
            t.statement(1, ONE, 10).http(1, 1, "http://users.internal/avatar/" + i, 10);
          }
        });
    return cases.entrySet().stream().map(e -> new Case(e.getKey(), e.getValue()));
  }

  static Stream<Case> nearMisses() {
    Map<String, Consumer<TraceBuilder>> cases = new LinkedHashMap<>();
    cases.put("nothing", t -> {});
    cases.put("one statement", t -> t.statement(1, LIST, 500));
    cases.put("four only", t -> t.statement(1, LIST, 5).repeat(4, 1, ONE, 50));
    cases.put("five, but fast", t -> t.statement(1, LIST, 5).repeat(5, 1, ONE, 1));
    cases.put("nine, but fast", t -> t.repeat(9, 1, ONE, 1));
    cases.put(
        "five that differ",
        t -> {
          for (String table : List.of("a", "b", "c", "d", "e", "f")) {
            t.statement(1, "SELECT * FROM " + table + " WHERE id = $1", 20);
          }
        });
    cases.put(
        "columns that differ",
        t -> {
          for (String column : List.of("a", "b", "c", "d", "e", "f")) {
            t.statement(1, "SELECT " + column + " FROM t WHERE id = $1", 20);
          }
        });
    cases.put(
        "retries of a failure",
        t -> {
          for (int i = 0; i < 6; i++) {
            t.failing(1, ONE, 20);
          }
          t.statement(1, ONE, 20);
        });
    cases.put(
        "pages by OFFSET",
        t -> t.repeat(8, 1, "SELECT * FROM t ORDER BY id LIMIT 100 OFFSET $1", 20));
    cases.put(
        "pages by FETCH",
        t -> t.repeat(8, 1, "SELECT * FROM t ORDER BY id FETCH FIRST 100 ROWS ONLY", 20));
    cases.put("a cursor", t -> t.repeat(8, 1, "FETCH FORWARD 100 FROM c", 20));
    cases.put(
        "lists in pieces", t -> t.repeat(8, 1, "SELECT * FROM t WHERE id IN ($1, $2, $3)", 20));
    cases.put("arrays in pieces", t -> t.repeat(8, 1, "SELECT * FROM t WHERE id = ANY($1)", 20));
    cases.put(
        "rows in pieces",
        t -> t.repeat(8, 1, "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, $6)", 20));
    cases.put(
        "transactions",
        t -> {
          for (int i = 0; i < 8; i++) {
            t.statement(1, "BEGIN", 10).statement(1, "COMMIT", 10);
          }
        });
    cases.put("savepoints", t -> t.repeat(8, 1, "SAVEPOINT s#", 20));
    cases.put("settings", t -> t.repeat(8, 1, "SET search_path = tenant_#", 20));
    cases.put("is it alive", t -> t.repeat(20, 1, "SELECT 1", 5));
    cases.put("shortened texts", t -> t.repeat(8, 1, "SELECT a, b, c, d FROM some_long...", 20));
    cases.put("shortened by a sign", t -> t.repeat(8, 1, "SELECT a, b, c, d FROM some_long…", 20));
    cases.put(
        "a cache",
        t -> {
          for (int i = 0; i < 20; i++) {
            t.add(
                1,
                Span.Kind.CLIENT,
                "GET",
                i * 10,
                i * 10 + 8,
                TraceBuilder.API,
                "db.system.name",
                "redis",
                "db.query.text",
                "GET user:" + i);
          }
        });
    cases.put(
        "two services of one trace",
        t -> {
          for (int i = 0; i < 3; i++) {
            long server =
                t.add(1, Span.Kind.SERVER, "GET /a" + i, i * 100, i * 100 + 90, TraceBuilder.API);
            t.repeat(2, server, ONE, 15);
          }
        });
    cases.put(
        "two halves of a request",
        t -> {
          long load = t.internal(1, "load", 100);
          t.repeat(4, load, ONE, 10);
          long render = t.internal(1, "render", 100);
          t.repeat(4, render, ONE, 10);
        });
    cases.put(
        "the router tells four again",
        t -> {
          for (int i = 0; i < 4; i++) {
            t.statement(1, ONE, 20);
            router(t, t.spans().size(), 20 * i);
          }
        });
    cases.put(
        "requests that differ",
        t -> {
          for (String path : List.of("users", "teams", "roles", "plans", "flags", "terms")) {
            t.http(1, 1, "http://users.internal/" + path, 20);
          }
        });
    cases.put("four requests", t -> t.http(4, 1, "http://users.internal/users/#", 30));
    cases.put("five fast requests", t -> t.http(5, 1, "http://users.internal/users/#", 2));
    cases.put(
        "requests that failed",
        t -> {
          for (int i = 0; i < 6; i++) {
            t.add(
                1,
                Span.Kind.CLIENT,
                "GET",
                i * 20,
                i * 20 + 15,
                TraceBuilder.API,
                "http.request.method",
                "GET",
                "url.full",
                "http://users.internal/users/" + i,
                "http.response.status_code",
                503L);
          }
        });
    cases.put(
        "waiting for a change",
        t -> {
          for (int i = 0; i < 6; i++) {
            t.http(1, 1, "http://users.internal/jobs/17", 12).pause(150);
          }
        });
    cases.put(
        "waiting for a change in the database",
        t -> {
          for (int i = 0; i < 6; i++) {
            t.statement(1, "SELECT state FROM jobs WHERE id = 17", 12).pause(150);
          }
        });
    cases.put(
        "a pattern twice",
        t -> {
          for (int i = 0; i < 2; i++) {
            t.statement(1, ONE, 20).statement(1, "SELECT url FROM avatars WHERE id = $1", 20);
          }
        });
    cases.put(
        "a fast pattern",
        t -> {
          for (int i = 0; i < 4; i++) {
            t.statement(1, ONE, 1).statement(1, "SELECT url FROM avatars WHERE id = $1", 1);
          }
        });
    cases.put(
        "spans of its own, without calls",
        t -> {
          for (int i = 0; i < 20; i++) {
            t.internal(1, "render row", 10);
            t.pause(10);
          }
        });
    return cases.entrySet().stream().map(e -> new Case(e.getKey(), e.getValue()));
  }

  private static void router(TraceBuilder trace, long parent, double from) {
    trace.add(
        parent,
        Span.Kind.CLIENT,
        "SELECT name",
        from,
        from + 8,
        TraceBuilder.ROUTER,
        "db.system.name",
        "postgresql",
        "db.query.text",
        ONE,
        "headroom.query",
        Fingerprint.of(ONE).id());
  }

  @ParameterizedTest
  @MethodSource("positive")
  void finds(Case trace) {
    assertThat(trace.find()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("nearMisses")
  void isSilentAbout(Case trace) {
    assertThat(trace.find()).isEmpty();
  }

  @Test
  void thereAreThirtyOfEach() {
    assertThat(positive()).hasSizeGreaterThanOrEqualTo(30);
    assertThat(nearMisses()).hasSizeGreaterThanOrEqualTo(30);
  }

  @Test
  void saysWhatWhereAndHowOften() {
    List<List<Span>> traces = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      TraceBuilder trace = new TraceBuilder(i + 1);
      long gateway =
          trace.add(
              0,
              Span.Kind.SERVER,
              "GET /api/issues/{id}",
              0,
              300,
              TraceBuilder.GATEWAY,
              "headroom.service",
              "api",
              "http.request.method",
              "GET",
              "http.route",
              "/api/issues/{id}");
      long server =
          trace.add(
              gateway,
              Span.Kind.SERVER,
              "GET",
              1,
              299,
              TraceBuilder.API,
              "http.request.method",
              "GET",
              "http.route",
              "/api/issues/{issueId}");
      trace.statement(server, LIST, 5).repeat(10 + i, server, LITERAL, 10);
      traces.add(trace.spans());
    }

    assertThat(RepeatedCalls.in(traces, 10))
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.kind()).isEqualTo(RepeatedKind.N_PLUS_ONE);
              assertThat(call.endpoint())
                  .isEqualTo(new Endpoint("api", "GET", "/api/issues/{issueId}"));
              assertThat(call.entry()).isEqualTo(new Endpoint("api", "GET", "/api/issues/{id}"));
              assertThat(call.fingerprint())
                  .isEqualTo(Fingerprint.of(LITERAL.replace("#", "7")).id());
              assertThat(call.traces()).isEqualTo(3);
              assertThat(call.meanCalls()).isEqualTo(11);
              assertThat(call.mostCalls()).isEqualTo(12);
              assertThat(call.meanSeconds()).isBetween(0.109, 0.111);
              assertThat(call.proof()).isEqualTo(Proof.DIFFERENT);
              assertThat(call.samples()).hasSize(3);
            });
  }

  @Test
  void parametersProveWhatTheyCan() {
    assertThat(new Case("", t -> t.repeat(6, 1, ONE, 10)).find().getFirst().proof())
        .isEqualTo(Proof.UNKNOWN);
    assertThat(new Case("", t -> t.repeat(6, 1, ONE + " LIMIT 1", 10)).find().getFirst().proof())
        .isEqualTo(Proof.UNKNOWN);
    assertThat(
            new Case("", t -> t.repeat(6, 1, "SELECT v FROM s WHERE k = 'x'", 10))
                .find()
                .getFirst()
                .proof())
        .isEqualTo(Proof.EQUAL);
  }

  @Test
  void aTraceThatIsACircleIsRead() {
    TraceBuilder trace = new TraceBuilder(1);
    trace.add(2, Span.Kind.INTERNAL, "a", 0, 10, TraceBuilder.API);
    trace.add(1, Span.Kind.INTERNAL, "b", 1, 9, TraceBuilder.API);
    assertThat(RepeatedCalls.in(List.of(trace.spans()), 10)).isEmpty();
    assertThat(TraceReport.request(trace.spans()).duration()).isPositive();
  }
}
