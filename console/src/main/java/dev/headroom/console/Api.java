package dev.headroom.console;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.ServerBuilder;
import dev.headroom.apm.Endpoint;
import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.Window;
import dev.headroom.base.TimeSource;
import dev.headroom.signals.TraceId;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.EffectiveDocument;
import dev.headroom.spec.ScaledApp;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * {@code /api/v1}: what was measured, as JSON. Times are milliseconds since 1970, durations end in
 * {@code Ms}; a key that is absent was not measured.
 */
final class Api {
  private static final Logger LOG = System.getLogger(Api.class.getName());
  private static final String ROOT = "/api/v1/";
  private static final Duration QUARTER = Duration.ofMinutes(15);
  private static final Duration HOUR = Duration.ofHours(1);

  private final TelemetryQueries queries;
  private final Supplier<ScaledApp> app;
  private final TimeSource time;
  private final Executor executor;

  Api(TelemetryQueries queries, Supplier<ScaledApp> app, TimeSource time, Executor executor) {
    this.queries = queries;
    this.app = app;
    this.time = time;
    this.executor = executor;
  }

  void addTo(ServerBuilder server) {
    get(server, "overview", (reads, _) -> overview(reads));
    get(server, "endpoints", Api::endpoints);
    get(server, "series", Api::series);
    get(server, "queries", Api::statements);
    get(server, "replicas", (reads, _) -> Replicas.of(reads));
    get(
        server,
        "replicas/series",
        (reads, in) -> Replicas.series(reads, in.steps(reads, Vocabulary.REPLICA, QUARTER)));
    get(server, "database", (reads, _) -> Database.of(reads));
    get(
        server,
        "database/series",
        (reads, in) -> Database.splits(reads, in.steps(reads, Vocabulary.ROUTED, QUARTER)));
    get(
        server,
        "database/members",
        (reads, in) ->
            Database.memberSeries(reads, in.steps(reads, Vocabulary.QUERY_DURATION, QUARTER)));
    get(server, "redis", (reads, _) -> Redis.of(reads));
    get(
        server,
        "redis/series",
        (reads, in) -> Redis.series(reads, in.steps(reads, Vocabulary.REDIS_KEYS, QUARTER)));
    get(server, "nodes", (reads, _) -> Nodes.of(reads));
    get(
        server,
        "nodes/series",
        (reads, in) -> Nodes.series(reads, in.steps(reads, Vocabulary.NODE_STATE, QUARTER)));
    get(
        server,
        "autoscaler",
        (reads, in) ->
            Autoscaling.of(
                reads,
                in.steps(reads, Vocabulary.DESIRED_REPLICAS, QUARTER),
                in.untilNow(reads, HOUR)));
    get(
        server,
        "events",
        (reads, in) -> Events.of(reads, in.untilNow(reads, HOUR), in.limit(100, 1000)));
    get(server, "traces", Api::traces);
    get(
        server,
        "errors",
        (reads, in) ->
            Errors.of(reads, in.window(reads, Vocabulary.EXCEPTIONS, HOUR), in.limit(100, 500)));
    get(
        server,
        "map",
        (reads, in) -> ServiceMap.of(reads, in.window(reads, Vocabulary.EDGE_DURATION, QUARTER)));
    get(
        server,
        "slow",
        (reads, in) ->
            Slow.requests(
                reads,
                in.untilNow(reads, QUARTER),
                in.text("service"),
                in.text("route"),
                in.limit(30, 200)));
    get(
        server,
        "repeated",
        (reads, in) -> Slow.repeated(reads, in.untilNow(reads, QUARTER), in.limit(50, 200)));
    get(
        server,
        "analysis",
        (reads, in) ->
            Slow.analysis(
                    reads,
                    in.untilNow(reads, QUARTER),
                    new Endpoint(
                        in.text("service").orElse(""),
                        in.text("method").orElse(""),
                        in.text("route").orElse("")))
                .<Object>map(analysis -> analysis)
                .orElse(Map.of()));
    get(
        server,
        "alerts",
        (reads, in) -> Alerting.of(reads, app.get(), in.untilNow(reads, Duration.ofDays(1))));
    get(server, "advice", (reads, _) -> AdviceList.of(reads));
    get(
        server,
        "sizing",
        (reads, in) ->
            Sizing.of(
                reads,
                in.steps(reads, Vocabulary.NODES_COST, QUARTER),
                in.untilNow(reads, Duration.ofDays(1))));
    get(
        server,
        "edge",
        (reads, in) ->
            Edge.of(reads, app.get(), in.window(reads, Vocabulary.HTTP_DURATION, QUARTER)));
    get(server, "store", (reads, _) -> reads.queries().storeStats());
    get(server, "document", (_, _) -> EffectiveDocument.toMap(app.get()));
    server.service(
        ROOT + "document.yaml",
        (context, _) ->
            HttpResponse.of(
                HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, EffectiveDocument.print(app.get())));
    single(server, "trace", Api::trace);
    single(server, "query", Api::statement);
    server.service(
        "prefix:/api",
        (context, _) ->
            JsonBodies.error(
                HttpStatus.NOT_FOUND, context.path() + " (expected: a resource of /api/v1)"));
  }

  private Overview overview(Reads reads) {
    return Overview.of(reads, app.get().name());
  }

  private static Traffic.Endpoints endpoints(Reads reads, Parameters parameters) {
    Window window = parameters.window(reads, Vocabulary.HTTP_DURATION, Reads.MINUTE);
    return Traffic.endpoints(reads.queries().endpoints(window), window);
  }

  private static Object series(Reads reads, Parameters parameters) {
    return Traffic.points(
        reads,
        parameters.steps(reads, Vocabulary.HTTP_DURATION, QUARTER),
        parameters.text("service"),
        parameters.text("route"));
  }

  private static Object statements(Reads reads, Parameters parameters) {
    Window window = parameters.window(reads, Vocabulary.QUERY_DURATION, Duration.ofMinutes(5));
    return Queries.of(reads, window, parameters.limit(50, 1000));
  }

  private static HttpResponse statement(Reads reads, Parameters parameters, String fingerprint) {
    Window window = parameters.window(reads, Vocabulary.QUERY_DURATION, QUARTER);
    return Queries.detail(reads, window, fingerprint)
        .map(JsonBodies::ok)
        .orElseGet(
            () ->
                JsonBodies.error(
                    HttpStatus.NOT_FOUND,
                    "statement " + fingerprint + " was not seen in this time"));
  }

  private static Object traces(Reads reads, Parameters parameters) {
    String order = parameters.text("order").orElse("newest");
    if (!order.equals("newest") && !order.equals("slowest")) {
      throw new Parameters.Wrong("order: " + order + " (expected: newest or slowest)");
    }
    Window window = parameters.untilNow(reads, Duration.ofMinutes(10));
    return Traces.of(
        reads,
        window,
        parameters.text("route"),
        order.equals("slowest"),
        parameters.limit(50, 500));
  }

  private static HttpResponse trace(Reads reads, Parameters parameters, String text) {
    TraceId id;
    try {
      id = TraceId.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Parameters.Wrong("trace: " + text + " (expected: 32 hex digits)");
    }
    return Traces.waterfall(reads, id)
        .map(JsonBodies::ok)
        .orElseGet(() -> JsonBodies.error(HttpStatus.NOT_FOUND, "trace " + id + " is not known"));
  }

  /* One of many, by the last part of the path. */
  private void single(ServerBuilder server, String path, Single resource) {
    server
        .route()
        .get(ROOT + path + "/{id}")
        .build(
            (context, _) ->
                answer(
                    () ->
                        resource.read(
                            new Reads(queries, time.now()),
                            new Parameters(context.queryParams()),
                            Optional.ofNullable(context.pathParam("id")).orElse(""))));
  }

  private void get(ServerBuilder server, String path, Resource resource) {
    server
        .route()
        .get(ROOT + path)
        .build(
            (context, _) ->
                answer(
                    () ->
                        JsonBodies.ok(
                            resource.read(
                                new Reads(queries, time.now()),
                                new Parameters(context.queryParams())))));
  }

  /* The store may wait for its disk: never on the event loop. */
  private HttpResponse answer(Supplier<HttpResponse> work) {
    return HttpResponse.of(
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return work.get()
                    .mapHeaders(
                        h ->
                            h.withMutations(m -> m.set(HttpHeaderNames.CACHE_CONTROL, "no-store")));
              } catch (Parameters.Wrong e) {
                return JsonBodies.error(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
              } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "The API could not read the store", e);
                return JsonBodies.error(
                    HttpStatus.INTERNAL_SERVER_ERROR, "the store could not be read; see the log");
              }
            },
            executor));
  }

  /** What a path with an id answers with. */
  @FunctionalInterface
  private interface Single {
    HttpResponse read(Reads reads, Parameters parameters, String id);
  }

  /** What a path answers with. */
  @FunctionalInterface
  private interface Resource {
    Object read(Reads reads, Parameters parameters);
  }
}
