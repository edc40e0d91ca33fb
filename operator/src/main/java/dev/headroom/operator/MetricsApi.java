package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.UserError;
import dev.headroom.operator.ScalingMetrics.Reading;
import dev.headroom.operator.ScalingMetrics.UnavailableException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLParameters;

/**
 * {@code external.metrics.k8s.io/v1beta1}, as the HorizontalPodAutoscaler asks for it through the
 * API server's aggregation layer. A metric is of one service, which labels name: {@code
 * headroom.dev/app=tracker,app.kubernetes.io/component=web}.
 *
 * <p>Over TLS it answers only who shows the API server's certificate; without TLS it is for a
 * network that a policy guards.
 */
public final class MetricsApi implements Component {
  private static final Logger LOG = System.getLogger(MetricsApi.class.getName());
  private static final String GROUP = "external.metrics.k8s.io";
  private static final String ROOT = "/apis/" + GROUP;
  private static final String VERSION = GROUP + "/v1beta1";
  private static final int LONGEST_QUERY = 2000;

  private final HttpServer server;
  private final ExecutorService threads;
  private final ScalingMetrics metrics;

  private MetricsApi(HttpServer server, ScalingMetrics metrics) {
    this.server = server;
    this.metrics = metrics;
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /**
   * Listens and answers once this returns.
   *
   * @throws UserError when the port is taken
   */
  public static MetricsApi start(InetSocketAddress address, ScalingMetrics metrics) {
    try {
      return new MetricsApi(HttpServer.create(address, 0), metrics);
    } catch (IOException e) {
      throw taken(address, e);
    }
  }

  /** The same over TLS, for the API server alone. */
  static MetricsApi start(InetSocketAddress address, ServingTls tls, ScalingMetrics metrics) {
    try {
      HttpsServer https = HttpsServer.create(address, 0);
      https.setHttpsConfigurator(
          new HttpsConfigurator(tls.context()) {
            @Override
            public void configure(HttpsParameters parameters) {
              SSLParameters ssl = getSSLContext().getDefaultSSLParameters();
              ssl.setNeedClientAuth(tls.asksForClientCertificate());
              parameters.setSSLParameters(ssl);
            }
          });
      return new MetricsApi(https, metrics);
    } catch (IOException e) {
      throw taken(address, e);
    }
  }

  private static UserError taken(InetSocketAddress address, IOException cause) {
    return UserError.machine(
        "metrics API port %d: cannot be bound: %s (expected: a free port; 0 picks one)"
            .formatted(address.getPort(), cause.getMessage()));
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer;
      try {
        answer =
            exchange.getRequestMethod().equals("GET")
                ? answer(exchange.getRequestURI().getPath(), exchange.getRequestURI().getRawQuery())
                : problem(
                    405, "MethodNotAllowed", exchange.getRequestMethod() + " (expected: GET)");
      } catch (UnavailableException e) {
        answer = problem(503, "ServiceUnavailable", String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "metrics API", e);
        answer = problem(500, "InternalError", "an error of its own; see the log");
      }
      byte[] body = Serialization.asJson(answer.body).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private record Answer(int status, Map<String, Object> body) {}

  private Answer answer(String path, String query) {
    List<String> parts = Arrays.stream(path.split("/")).filter(part -> !part.isEmpty()).toList();
    if (path.equals("/healthz") || path.equals("/readyz")) {
      return new Answer(200, map("status", "up"));
    } else if (path.equals("/apis")) {
      return new Answer(
          200, map("kind", "APIGroupList", "apiVersion", "v1", "groups", list(group())));
    } else if (path.equals(ROOT)) {
      Map<String, Object> group = map("kind", "APIGroup", "apiVersion", "v1");
      group.putAll(group());
      return new Answer(200, group);
    } else if (path.equals(ROOT + "/v1beta1")) {
      return new Answer(200, resources());
    } else if (parts.size() == 6
        && path.startsWith(ROOT + "/v1beta1/")
        && parts.get(3).equals("namespaces")) {
      return value(parts.get(4), parts.get(5), labels(query));
    }
    return problem(404, "NotFound", path);
  }

  private static Map<String, Object> group() {
    Map<String, Object> version = map("groupVersion", VERSION, "version", "v1beta1");
    return map("name", GROUP, "versions", list(version), "preferredVersion", version);
  }

  private static Map<String, Object> resources() {
    List<Object> resources = new ArrayList<>();
    for (String metric : ScalingMetric.names()) {
      resources.add(
          map(
              "name",
              metric,
              "singularName",
              "",
              "namespaced",
              true,
              "kind",
              "ExternalMetricValueList",
              "verbs",
              list("get")));
    }
    return map(
        "kind",
        "APIResourceList",
        "apiVersion",
        "v1",
        "groupVersion",
        VERSION,
        "resources",
        resources);
  }

  private Answer value(String namespace, String name, Map<String, String> labels) {
    Optional<ScalingMetric> metric = ScalingMetric.of(name);
    if (metric.isEmpty()) {
      return problem(
          404,
          "NotFound",
          "metric "
              + name
              + " (expected: one of "
              + String.join(", ", ScalingMetric.names())
              + ")");
    }
    String app = labels.getOrDefault(AppIdentity.APP, "");
    String service = labels.getOrDefault(AppIdentity.COMPONENT, "");
    if (app.isEmpty() || service.isEmpty()) {
      return problem(
          400,
          "BadRequest",
          "labelSelector "
              + labels
              + " (expected: "
              + AppIdentity.APP
              + "=APP,"
              + AppIdentity.COMPONENT
              + "=SERVICE)");
    }
    Optional<Reading> reading = metrics.read(namespace, app, service, metric.get());
    List<Object> items =
        reading.isEmpty()
            ? List.of()
            : list(
                map(
                    "metricName",
                    name,
                    "metricLabels",
                    map(AppIdentity.APP, app, AppIdentity.COMPONENT, service),
                    "timestamp",
                    reading.get().time().truncatedTo(ChronoUnit.SECONDS).toString(),
                    "value",
                    quantity(reading.get().value())));
    return new Answer(
        200,
        map(
            "kind",
            "ExternalMetricValueList",
            "apiVersion",
            VERSION,
            "metadata",
            map(),
            "items",
            items));
  }

  /** In thousandths, as Kubernetes writes what is not whole. */
  static String quantity(double value) {
    return Math.round(value * 1000) + "m";
  }

  /* Only equality: what a HorizontalPodAutoscaler makes of matchLabels. */
  private static Map<String, String> labels(String query) {
    Map<String, String> labels = new HashMap<>();
    if (query == null || query.length() > LONGEST_QUERY) {
      return labels;
    }
    for (String parameter : query.split("&")) {
      if (parameter.startsWith("labelSelector=")) {
        String selector;
        try {
          selector =
              URLDecoder.decode(
                  parameter.substring("labelSelector=".length()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
          // A half percent sign: no labels.
          continue;
        }
        for (String pair : selector.split(",")) {
          int equals = pair.indexOf('=');
          if (equals > 0) {
            labels.put(
                pair.substring(0, equals), pair.substring(equals + 1).replaceFirst("^=", ""));
          }
        }
      }
    }
    return labels;
  }

  private static Answer problem(int code, String reason, String message) {
    return new Answer(
        code,
        map(
            "kind",
            "Status",
            "apiVersion",
            "v1",
            "metadata",
            map(),
            "status",
            "Failure",
            "message",
            message,
            "reason",
            reason,
            "code",
            code));
  }

  @Override
  public String name() {
    return "metrics API";
  }

  @Override
  public Health check() {
    return Health.up();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
