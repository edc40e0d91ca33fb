package dev.headroom.apm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import dev.headroom.base.ByteSize;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.signals.OtlpExporter;
import dev.headroom.signals.OtlpSignal;
import dev.headroom.signals.OtlpWriter;
import dev.headroom.signals.Span;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TraceId;
import dev.headroom.spec.ApmSpec;
import io.airlift.compress.v3.zstd.ZstdCompressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestIT {
  private final TimeSource time = TimeSource.system();
  private final TelemetryFixtures now = new TelemetryFixtures(time);
  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;
  private TelemetryStore store;
  private Ingest ingest;

  static ApmSpec spec(int grpc, int http) {
    return new ApmSpec(
        grpc,
        http,
        0,
        0,
        "127.0.0.1",
        Optional.empty(),
        Optional.empty(),
        new ApmSpec.Retention(Duration.ofDays(3), Duration.ofDays(30), ByteSize.mebibytes(1024)));
  }

  @BeforeEach
  void start() {
    store = DuckStore.open(folder, spec(0, 0).retention(), StoreLimits.USUAL, time);
    ingest = Ingest.start(spec(0, 0), store);
  }

  @AfterEach
  void stop() {
    ingest.close();
    store.close();
    http.close();
  }

  // HTTP.

  private HttpResponse<byte[]> post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ingest.httpPort() + path))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private byte[] trace(long id) {
    return OtlpWriter.traces(List.of(now.server(id, id, "/a", 200, Duration.ofMillis(3))));
  }

  private List<Span> stored(long id) {
    return store.trace(new TraceId(0xABCDL << 48, id));
  }

  @Test
  void takesProtobufPlainAndGzipped() throws IOException, InterruptedException {
    HttpResponse<byte[]> plain =
        post("/v1/traces", trace(1), "Content-Type", "application/x-protobuf");
    assertThat(plain.statusCode()).isEqualTo(200);
    assertThat(plain.body()).isEmpty();
    assertThat(plain.headers().firstValue("Content-Type")).contains("application/x-protobuf");

    HttpResponse<byte[]> zipped =
        post(
            "/v1/traces",
            gzip(trace(2)),
            "Content-Type",
            "application/x-protobuf",
            "Content-Encoding",
            "gzip");
    assertThat(zipped.statusCode()).isEqualTo(200);
    assertThat(stored(1)).hasSize(1);
    assertThat(stored(2)).hasSize(1);
  }

  @Test
  void takesZstd() throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        post(
            "/v1/traces",
            zstd(trace(3)),
            "Content-Type",
            "application/x-protobuf",
            "Content-Encoding",
            "zstd");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(stored(3)).hasSize(1);

    byte[] bomb = zstd(new byte[OtlpHttpService.MOST + 1]);
    assertThat(
            post(
                    "/v1/traces",
                    bomb,
                    "Content-Type",
                    "application/x-protobuf",
                    "Content-Encoding",
                    "zstd")
                .statusCode())
        .isEqualTo(413);
    for (int length : new int[] {0, 3, 9, 30}) {
      byte[] cut = Arrays.copyOf(zstd(trace(3)), length);
      assertThat(
              post(
                      "/v1/traces",
                      cut,
                      "Content-Type",
                      "application/x-protobuf",
                      "Content-Encoding",
                      "zstd")
                  .statusCode())
          .isIn(200, 400);
    }
    assertThat(
            post(
                    "/v1/traces",
                    new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9},
                    "Content-Type",
                    "application/x-protobuf",
                    "Content-Encoding",
                    "zstd")
                .statusCode())
        .isEqualTo(400);
  }

  private static byte[] zstd(byte[] body) {
    ZstdCompressor compressor = ZstdCompressor.create();
    byte[] out = new byte[compressor.maxCompressedLength(body.length)];
    int length = compressor.compress(body, 0, body.length, out, 0, out.length);
    return Arrays.copyOf(out, length);
  }

  @Test
  void takesZipkinsSpans() throws IOException, InterruptedException {
    long micros = time.epochNanos() / 1_000 - 1_000;
    String json =
        """
        [{"traceId":"abcd000000000000%s","id":"0000000000000001","kind":"SERVER","name":"get /a",
          "timestamp":%d,"duration":900,"localEndpoint":{"serviceName":"shop"}}]
        """
            .formatted("000000000000002a", micros);
    HttpResponse<byte[]> answer =
        post(
            "/api/v2/spans",
            json.getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/json");
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(stored(0x2a)).singleElement().extracting(Span::name).isEqualTo("get /a");
    assertThat(
            post("/api/v2/spans", new byte[] {'{'}, "Content-Type", "application/json")
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void takesJsonAndSaysWhatItLeftOut() throws IOException, InterruptedException {
    String json =
        """
        {"resourceSpans":[{"scopeSpans":[{"spans":[
          {"traceId":"ABCD0000000000000000000000000007","spanId":"0000000000000007","name":"good",
           "startTimeUnixNano":"%1$d","endTimeUnixNano":"%1$d"},
          {"traceId":"00","spanId":"00","name":"bad"}]}]}]}
        """
            .formatted(time.epochNanos());
    HttpResponse<byte[]> response =
        post(
            "/v1/traces",
            json.getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/json; charset=utf-8");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(text(response)).contains("\"rejectedSpans\":\"1\"").contains("span bad");
    assertThat(stored(7)).hasSize(1);
    assertThat(store.storeStats().dropped())
        .containsExactly(new TelemetryQueries.Dropped("spans", "rejected", 1));
  }

  @Test
  void anEmptyRequestIsASuccess() throws IOException, InterruptedException {
    for (OtlpSignal signal : OtlpSignal.values()) {
      HttpResponse<byte[]> response =
          post(
              signal.httpPath(),
              "{}".getBytes(StandardCharsets.UTF_8),
              "Content-Type",
              "application/json");
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(text(response)).isEqualTo("{}");
    }
  }

  @Test
  void refusesWhatIsNotOtlp() throws IOException, InterruptedException {
    HttpResponse<byte[]> bad =
        post("/v1/traces", new byte[] {10, 100}, "Content-Type", "application/x-protobuf");
    assertThat(bad.statusCode()).isEqualTo(400);
    assertThat(bad.headers().firstValue("Content-Type")).contains("application/x-protobuf");
    // google.rpc.Status: code 3, message.
    assertThat(bad.body()).startsWith(8, 3, 18);
    assertThat(text(bad)).contains("byte 2: length 100 (expected: at most 0)");

    HttpResponse<byte[]> json =
        post("/v1/metrics", new byte[] {'{'}, "Content-Type", "application/json");
    assertThat(json.statusCode()).isEqualTo(400);
    assertThat(text(json)).startsWith("{\"code\":3,\"message\":\"byte ");

    assertThat(post("/v1/traces", trace(1), "Content-Type", "text/plain").statusCode())
        .isEqualTo(415);
    assertThat(
            post(
                    "/v1/traces",
                    trace(1),
                    "Content-Type",
                    "application/x-protobuf",
                    "Content-Encoding",
                    "br")
                .statusCode())
        .isEqualTo(415);
    assertThat(
            post(
                    "/v1/traces",
                    trace(1),
                    "Content-Type",
                    "application/x-protobuf",
                    "Content-Encoding",
                    "gzip")
                .statusCode())
        .isEqualTo(400);
    assertThat(post("/v1/other", trace(1)).statusCode()).isEqualTo(404);
  }

  @Test
  void limitsTheSizeAfterDecompressionToo() throws IOException, InterruptedException {
    byte[] large = new byte[OtlpHttpService.MOST + 1];
    assertThat(post("/v1/traces", large, "Content-Type", "application/x-protobuf").statusCode())
        .isEqualTo(413);
    assertThat(
            post(
                    "/v1/traces",
                    gzip(large),
                    "Content-Type",
                    "application/x-protobuf",
                    "Content-Encoding",
                    "gzip")
                .statusCode())
        .isEqualTo(413);
  }

  @Test
  void saysWhenToComeAgainWhenTheStoreIsFull() throws IOException, InterruptedException {
    store.close();
    HttpResponse<byte[]> response =
        post("/v1/traces", trace(1), "Content-Type", "application/x-protobuf");
    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.headers().firstValue("Retry-After")).contains("2");

    AggregatedHttpResponse grpc = grpc(OtlpSignal.TRACES, framed(trace(1), 0), "identity");
    assertThat(grpc.headers().get("grpc-status")).isEqualTo("14");
    assertThat(
            new String(
                Base64.getDecoder().decode(grpc.headers().get("grpc-status-details-bin", "")),
                StandardCharsets.UTF_8))
        .contains("google.rpc.RetryInfo");
  }

  // gRPC.

  private AggregatedHttpResponse grpc(OtlpSignal signal, byte[] body, String encoding) {
    RequestHeadersBuilder headers =
        RequestHeaders.builder(HttpMethod.POST, signal.grpcPath())
            .set("content-type", "application/grpc")
            .set("te", "trailers")
            .set("grpc-encoding", encoding);
    return WebClient.of("h2c://127.0.0.1:" + ingest.grpcPort())
        .execute(headers.build(), HttpData.wrap(body))
        .aggregate()
        .join();
  }

  private static byte[] framed(byte[] message, int compressed) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) compressed)
        .putInt(message.length)
        .put(message)
        .array();
  }

  @Test
  void takesGrpcPlainAndGzipped() {
    AggregatedHttpResponse plain = grpc(OtlpSignal.TRACES, framed(trace(1), 0), "identity");
    assertThat(plain.status().code()).isEqualTo(200);
    assertThat(plain.headers().get("content-type")).startsWith("application/grpc");
    assertThat(plain.content().array()).containsExactly(0, 0, 0, 0, 0);
    assertThat(plain.trailers().get("grpc-status")).isEqualTo("0");

    AggregatedHttpResponse zipped = grpc(OtlpSignal.TRACES, framed(gzip(trace(2)), 1), "gzip");
    assertThat(zipped.trailers().get("grpc-status")).isEqualTo("0");
    assertThat(stored(1)).hasSize(1);
    assertThat(stored(2)).hasSize(1);
  }

  @Test
  void grpcErrorsCarryTheirStatus() {
    assertThat(grpc(OtlpSignal.TRACES, new byte[] {0, 0}, "identity").headers().get("grpc-status"))
        .isEqualTo("3");
    AggregatedHttpResponse bad =
        grpc(OtlpSignal.TRACES, framed(new byte[] {10, 100}, 0), "identity");
    assertThat(bad.status().code()).isEqualTo(200);
    assertThat(bad.headers().get("grpc-status")).isEqualTo("3");
    assertThat(bad.headers().get("grpc-message")).contains("byte 2: length 100");
    assertThat(grpc(OtlpSignal.TRACES, framed(trace(1), 1), "snappy").headers().get("grpc-status"))
        .isEqualTo("12");
    byte[] large = new byte[OtlpGrpcService.MOST + 1];
    assertThat(grpc(OtlpSignal.TRACES, framed(gzip(large), 1), "gzip").headers().get("grpc-status"))
        .isEqualTo("8");
    assertThat(
            grpc(OtlpSignal.TRACES, framed(Arrays.copyOf(large, 5 << 20), 0), "identity")
                .headers()
                .get("grpc-status"))
        .isEqualTo("8");
  }

  // All of it together.

  @Test
  void whatAnExporterSendsIsFoundInTheStore() throws InterruptedException {
    OtlpExporter exporter =
        OtlpExporter.start(
            URI.create("http://127.0.0.1:" + ingest.httpPort()), time, new Random(1));
    exporter.accept(
        new Telemetry(
            List.of(now.server(5, 5, "/x", 500, Duration.ofMillis(7))),
            List.of(now.requests("web", "GET", "/x", 500, 0.007), now.gauge("g", 3)),
            List.of(now.event("headroom.scale", "2 → 3"))));
    exporter.close();
    assertThat(exporter.dropped()).isEmpty();
    store.flush();

    Window minute = Window.before(time.now().plusSeconds(1), Duration.ofMinutes(1));
    assertThat(stored(5)).hasSize(1);
    assertThat(store.endpoints(minute))
        .anySatisfy(
            e -> {
              assertThat(e.service()).isEqualTo("web");
              assertThat(e.serverErrors()).isEqualTo(1);
            });
    assertThat(store.latest("g", Duration.ofMinutes(1))).hasSize(1);
    assertThat(store.events(minute, "headroom.scale", 1)).hasSize(1);
  }

  @Test
  void aTakenPortIsAUsersError() {
    assertThatThrownBy(() -> Ingest.start(spec(ingest.grpcPort(), 0), store))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("port " + ingest.grpcPort());
  }

  private static byte[] gzip(byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
