package dev.headroom.console;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.headroom.apm.ApiAnswer;
import dev.headroom.apm.JaegerApi;
import dev.headroom.apm.PrometheusApi;
import dev.headroom.apm.TelemetryQueries;
import dev.headroom.base.TimeSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What Grafana asks: {@code /prometheus} and {@code /jaeger} are the addresses of its data sources.
 */
final class PeerApis {
  private final PrometheusApi prometheus;
  private final JaegerApi jaeger;
  private final Executor executor;

  PeerApis(TelemetryQueries queries, TimeSource time, Executor executor) {
    this.prometheus = new PrometheusApi(queries, time);
    this.jaeger = new JaegerApi(queries, time);
    this.executor = executor;
  }

  @FunctionalInterface
  private interface Peer {
    ApiAnswer answer(String path, Map<String, String> parameters);
  }

  void addTo(ServerBuilder server) {
    server
        .route()
        .methods(HttpMethod.GET, HttpMethod.POST)
        .pathPrefix("/prometheus/api/v1/")
        .build((context, request) -> serve(context, request.aggregate(), prometheus::answer));
    server
        .route()
        .get("prefix:/jaeger/api/")
        .build((context, request) -> serve(context, request.aggregate(), jaeger::answer));
  }

  private HttpResponse serve(
      ServiceRequestContext context, CompletableFuture<AggregatedHttpRequest> request, Peer peer) {
    String path = context.mappedPath().substring(1);
    return HttpResponse.of(
        request.thenApplyAsync(
            whole -> {
              Map<String, String> parameters = new HashMap<>();
              context.queryParams().forEach(parameters::putIfAbsent);
              if (whole.contentType() != null && whole.contentType().is(MediaType.FORM_DATA)) {
                QueryParams.fromQueryString(whole.contentUtf8()).forEach(parameters::putIfAbsent);
              }
              ApiAnswer answer = peer.answer(path, parameters);
              return HttpResponse.of(
                  HttpStatus.valueOf(answer.status()), MediaType.JSON, answer.json());
            },
            executor));
  }
}
