package dev.headroom.demo.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.demo.db.StatementListener;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.partner.Partner;
import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.telemetry.Instance;
import dev.headroom.demo.telemetry.Telemetry;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TracingIT {
  @RegisterExtension static final PostgresExtension POSTGRES = PostgresExtension.shared();

  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  @BeforeAll
  static void data() throws SQLException {
    TestTracker.fill(POSTGRES);
  }

  private static final class Spans implements SpanExporter {
    private final List<SpanData> all = new CopyOnWriteArrayList<>();

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      all.addAll(spans);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }

    List<SpanData> of(String trace) {
      return all.stream().filter(span -> span.getTraceId().equals(trace)).toList();
    }
  }

  private static String attribute(SpanData span, String name) {
    return String.valueOf(span.getAttributes().get(AttributeKey.stringKey(name)));
  }

  @Test
  void aSampledRequestIsTracedThroughTheDatabaseAndTheThirdParty() throws Exception {
    Spans spans = new Spans();
    Instance instance = Instance.of(new Settings(Map.of()), "api");
    Telemetry telemetry = Telemetry.exporting(spans, Optional.empty(), 0, instance);
    Telemetry partnersTelemetry = Telemetry.exporting(spans, Optional.empty(), 0, instance);
    Faults none = Faults.parse("none");
    try (Partner partner = Partner.start("127.0.0.1", 0, 1, none, partnersTelemetry);
        Api api =
            Api.start(
                ApiConfig.of(
                    new Settings(
                        Map.of(
                            "PORT", "0",
                            "JDBC_DATABASE_URL", TestTracker.url(POSTGRES),
                            "PARTNER_URL", "http://127.0.0.1:" + partner.port(),
                            "DEMO_FAULTS", "all",
                            "DEMO_WAITS", "0.1"))),
                telemetry,
                StatementListener.NONE);
        HttpClient client = HttpClient.newHttpClient()) {
      String token =
          new Tokens("headroom-demo-secret", InstantSource.system()).issue(new Identity(1, 1));
      HttpRequest.Builder sync =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + api.port() + "/api/integrations/sync"))
              .header("Authorization", "Bearer " + token)
              .POST(HttpRequest.BodyPublishers.noBody());
      // The ratio is 0, so only the caller's decision can sample.
      assertThat(
              client.send(sync.copy().build(), HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
      HttpRequest sampled =
          sync.copy().header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01").build();
      assertThat(client.send(sampled, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
      Await.until(BOUND, () -> spans.of(TRACE).size() >= 7);
      assertThat(spans.all).hasSameSizeAs(spans.of(TRACE));
    }
    List<SpanData> all = spans.of(TRACE);
    SpanData server =
        all.stream()
            .filter(s -> s.getParentSpanId().equals("b7ad6b7169203331"))
            .findFirst()
            .orElseThrow();
    assertThat(server.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(server.getName()).isEqualTo("POST /api/integrations/sync");
    assertThat(attribute(server, "http.route")).isEqualTo("/api/integrations/sync");
    assertThat(all)
        .filteredOn(s -> s.getKind() == SpanKind.CLIENT)
        .filteredOn(s -> attribute(s, "db.system.name").equals("postgresql"))
        .allSatisfy(s -> assertThat(s.getParentSpanId()).isEqualTo(server.getSpanId()))
        .extracting(SpanData::getName)
        .containsExactlyInAnyOrder("SELECT issues", "SELECT webhooks", "INSERT audit_events");
    assertThat(all)
        .filteredOn(s -> s.getName().equals("POST /v1/sync"))
        .extracting(SpanData::getKind)
        .containsExactlyInAnyOrder(SpanKind.CLIENT, SpanKind.SERVER);
    assertThat(all).anySatisfy(s -> assertThat(s.getName()).isEqualTo("downstream (emulated)"));
  }
}
