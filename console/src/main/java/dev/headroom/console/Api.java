package dev.headroom.console;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
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
    get(server, "database", (reads, _) -> Database.of(reads));
    get(
        server,
        "database/series",
        (reads, parameters) -> {
          Duration length = parameters.length(QUARTER);
          return Database.splits(reads, length, Parameters.step(length));
        });
    get(server, "redis", (reads, _) -> Redis.of(reads));
    get(server, "nodes", (reads, _) -> Nodes.of(reads));
    get(
        server,
        "autoscaler",
        (reads, parameters) -> {
          Duration length = parameters.length(QUARTER);
          return Autoscaling.of(reads, length, Parameters.step(length));
        });
    get(
        server,
        "events",
        (reads, parameters) ->
            Events.of(reads, parameters.length(Duration.ofHours(1)), parameters.limit(100, 1000)));
    get(server, "traces", Api::traces);
    get(server, "store", (reads, _) -> reads.queries().storeStats());
    get(server, "document", (_, _) -> EffectiveDocument.toMap(app.get()));
    server.service(
        ROOT + "document.yaml",
        (context, _) ->
            HttpResponse.of(
                HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, EffectiveDocument.print(app.get())));
    server.service(ROOT + "trace/{id}", trace());
    server.service(
        "prefix:/api",
        (context, _) ->
            JsonBodies.error(
                HttpStatus.NOT_FOUND, context.path() + " (expected: a resource of /api/v1)"));
  }

  private Overview overview(Reads reads) {
    return Snapshot.overview(reads, app.get().name());
  }

  private static Traffic.Endpoints endpoints(Reads reads, Parameters parameters) {
    Window window = parameters.window(reads, Vocabulary.HTTP_DURATION, Reads.MINUTE);
    return Traffic.endpoints(reads.queries().endpoints(window), window);
  }

  private static Object series(Reads reads, Parameters parameters) {
    Duration length = parameters.length(QUARTER);
    return Traffic.points(
        reads,
        length,
        Parameters.step(length),
        parameters.text("service"),
        parameters.text("route"));
  }

  private static Object statements(Reads reads, Parameters parameters) {
    Window window = parameters.window(reads, Vocabulary.QUERY_DURATION, Duration.ofMinutes(5));
    return Database.statements(reads, window, parameters.limit(50, 1000));
  }

  private static Object traces(Reads reads, Parameters parameters) {
    String order = parameters.text("order").orElse("newest");
    if (!order.equals("newest") && !order.equals("slowest")) {
      throw new Parameters.Wrong("order: " + order + " (expected: newest or slowest)");
    }
    Window window =
        Window.before(reads.now().plusSeconds(1), parameters.length(Duration.ofMinutes(10)));
    return Traces.of(
        reads,
        window,
        parameters.text("route"),
        order.equals("slowest"),
        parameters.limit(50, 500));
  }

  private HttpService trace() {
    return (context, request) -> {
      String text = Optional.ofNullable(context.pathParam("id")).orElse("");
      return answer(
          () -> {
            TraceId id;
            try {
              id = TraceId.parse(text);
            } catch (IllegalArgumentException e) {
              throw new Parameters.Wrong("trace: " + text + " (expected: 32 hex digits)");
            }
            return Traces.waterfall(new Reads(queries, time.now()), id)
                .map(JsonBodies::ok)
                .orElseGet(
                    () -> JsonBodies.error(HttpStatus.NOT_FOUND, "trace " + id + " is not known"));
          });
    };
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

  /** What a path answers with. */
  @FunctionalInterface
  private interface Resource {
    Object read(Reads reads, Parameters parameters);
  }
}
