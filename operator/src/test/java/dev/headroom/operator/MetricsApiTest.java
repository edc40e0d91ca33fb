package dev.headroom.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headroom.operator.ScalingMetrics.Reading;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

class MetricsApiTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final String IN_FLIGHT =
      "/apis/external.metrics.k8s.io/v1beta1/namespaces/acme/headroom_in_flight";
  private static final String OF_WEB =
      "?labelSelector=headroom.dev%2Fapp%3Dtracker%2Capp.kubernetes.io%2Fcomponent%3Dweb";

  private static final ScalingMetrics METRICS =
      (namespace, app, service, metric) ->
          app.equals("tracker") && service.equals("web") && namespace.equals("acme")
              ? Optional.of(new Reading(metric == ScalingMetric.HEADROOM_P95 ? 0.25 : 41.5, NOON))
              : Optional.empty();

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void tellsAFigureOfAServiceAsTheAutoscalerAsksForIt() throws Exception {
    try (MetricsApi api = MetricsApi.start(loopback(), METRICS)) {
      JsonNode item = get(api, IN_FLIGHT + OF_WEB).path("items").path(0);
      assertThat(item.path("metricName").asText()).isEqualTo("headroom_in_flight");
      assertThat(item.path("value").asText()).isEqualTo("41500m");
      assertThat(item.path("timestamp").asText()).isEqualTo("2026-01-02T12:00:00Z");
      assertThat(get(api, IN_FLIGHT + OF_WEB.replace("web", "api")).path("items")).isEmpty();
    }
  }

  @Test
  void tellsWhichMetricsThereAre() throws Exception {
    try (MetricsApi api = MetricsApi.start(loopback(), METRICS)) {
      JsonNode resources = get(api, "/apis/external.metrics.k8s.io/v1beta1");
      assertThat(resources.path("kind").asText()).isEqualTo("APIResourceList");
      assertThat(resources.path("resources").findValuesAsText("name"))
          .containsExactly("headroom_in_flight", "headroom_p95");
      assertThat(get(api, "/apis").path("groups").path(0).path("name").asText())
          .isEqualTo("external.metrics.k8s.io");
    }
  }

  @Test
  void whatCannotBeAnsweredIsAStatus() throws Exception {
    try (MetricsApi api = MetricsApi.start(loopback(), METRICS)) {
      assertThat(get(api, IN_FLIGHT.replace("in_flight", "speed") + OF_WEB).path("code").asInt())
          .isEqualTo(404);
      assertThat(get(api, IN_FLIGHT).path("message").asText())
          .contains("expected: headroom.dev/app=APP");
      assertThat(
              get(api, IN_FLIGHT + "?labelSelector=%zz".replace("%zz", "a%3Db"))
                  .path("code")
                  .asInt())
          .isEqualTo(400);
      assertThat(get(api, "/apis/elsewhere").path("reason").asText()).isEqualTo("NotFound");
    }
  }

  @Test
  void theOperatorPassesOnWhatAServerSays() throws Exception {
    try (MetricsApi server = MetricsApi.start(loopback(), METRICS)) {
      ForwardedMetrics forwarded =
          new ForwardedMetrics((namespace, app) -> URI.create("http://127.0.0.1:" + server.port()));
      assertThat(forwarded.read("acme", "tracker", "web", ScalingMetric.HEADROOM_P95))
          .contains(new Reading(0.25, NOON));
      assertThat(forwarded.read("acme", "tracker", "api", ScalingMetric.HEADROOM_P95)).isEmpty();
      assertThat(forwarded.read("acme", "a/../b", "web", ScalingMetric.HEADROOM_P95)).isEmpty();
    }
  }

  @Test
  void aServerThatIsAwayIsUnavailableAndNoFigure() throws Exception {
    int port;
    try (MetricsApi gone = MetricsApi.start(loopback(), METRICS)) {
      port = gone.port();
    }
    ForwardedMetrics forwarded =
        new ForwardedMetrics((namespace, app) -> URI.create("http://127.0.0.1:" + port));
    try (MetricsApi api = MetricsApi.start(loopback(), forwarded)) {
      assertThat(get(api, IN_FLIGHT + OF_WEB).path("code").asInt()).isEqualTo(503);
    }
  }

  @Test
  void overTlsItAnswersWhoShowsACertificate() throws Exception {
    ServingTls ca = ServingTls.create(List.of("front-proxy"), Optional.empty());
    ServingTls tls = ServingTls.create(List.of("localhost"), Optional.of(ca.certificate()));
    try (MetricsApi api = MetricsApi.start(loopback(), tls, METRICS)) {
      URI uri = URI.create("https://localhost:" + api.port() + IN_FLIGHT + OF_WEB);
      HttpClient stranger = HttpClient.newBuilder().sslContext(trusting(tls)).build();
      assertThatThrownBy(() -> send(stranger, uri)).isInstanceOf(IOException.class);
    }
    ServingTls open = ServingTls.create(List.of("localhost"), Optional.empty());
    try (MetricsApi api = MetricsApi.start(loopback(), open, METRICS)) {
      URI uri = URI.create("https://localhost:" + api.port() + IN_FLIGHT + OF_WEB);
      HttpClient client = HttpClient.newBuilder().sslContext(trusting(open)).build();
      assertThat(send(client, uri)).contains("41500m");
    }
  }

  private static SSLContext trusting(ServingTls tls) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "it",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(tls.certificate().getBytes(StandardCharsets.UTF_8))));
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), new SecureRandom());
    return context;
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private JsonNode get(MetricsApi api, String path) throws Exception {
    return json.readTree(
        send(HttpClient.newHttpClient(), URI.create("http://127.0.0.1:" + api.port() + path)));
  }

  private static String send(HttpClient client, URI uri) throws IOException, InterruptedException {
    return client
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
