package dev.headroom.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiFunction;

/** The figures of every application of a cluster, each from the application's own server. */
final class ForwardedMetrics implements ScalingMetrics {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final BiFunction<String, String, URI> server;

  /**
   * Over the servers of applications.
   *
   * @param server of a namespace and an application
   */
  ForwardedMetrics(BiFunction<String, String, URI> server) {
    this.server = server;
  }

  static URI inCluster(String namespace, String app) {
    return URI.create(
        "http://%s-%s.%s.svc:%d"
            .formatted(app, RoleObjects.SERVER, namespace, RoleObjects.METRICS_PORT));
  }

  @Override
  public Optional<Reading> read(
      String namespace, String app, String service, ScalingMetric metric) {
    if (!isLabel(namespace) || !isLabel(app) || !isLabel(service)) {
      // Part of a host name: nothing else may come in here.
      return Optional.empty();
    }
    String selector = AppIdentity.APP + "=" + app + "," + AppIdentity.COMPONENT + "=" + service;
    URI uri =
        server
            .apply(namespace, app)
            .resolve(
                "/apis/external.metrics.k8s.io/v1beta1/namespaces/%s/%s?labelSelector=%s"
                    .formatted(
                        namespace,
                        metric.metric(),
                        URLEncoder.encode(selector, StandardCharsets.UTF_8)));
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(uri).timeout(PATIENCE).build(),
              HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new UnavailableException(uri.getHost() + " answered " + response.statusCode());
      }
      return reading(JSON.readTree(response.body()));
    } catch (IOException e) {
      throw new UnavailableException(uri.getHost() + ": " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted");
    }
  }

  private static Optional<Reading> reading(JsonNode answer) {
    JsonNode item = answer.path("items").path(0);
    if (item.isMissingNode()) {
      return Optional.empty();
    }
    return Optional.of(
        new Reading(
            Quantity.parse(item.path("value").asText()).getNumericalAmount().doubleValue(),
            Instant.parse(item.path("timestamp").asText())));
  }

  private static boolean isLabel(String text) {
    return text.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  }
}
