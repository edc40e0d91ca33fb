package dev.headroom.demo.partner;

import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.http.HttpServer;
import dev.headroom.demo.http.Reply;
import dev.headroom.demo.http.Request;
import dev.headroom.demo.telemetry.Telemetry;
import dev.headroom.demo.telemetry.TraceHeaders;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Somebody else's service: it does nothing but take its time, and says so in {@code X-Simulated}.
 * With the fault {@code downstream-bottleneck} it synchronises one customer at a time.
 */
public final class Partner implements AutoCloseable {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<Boolean> EMULATED = AttributeKey.booleanKey("demo.emulated");
  private static final int MANY = 10_000;

  /** Path, and its share of the mean latency. */
  private static final Map<String, Double> PATHS =
      Map.of("/v1/sync", 1.0, "/v1/scan", 0.8, "/v1/mail", 0.3);

  private final Latency latency;
  private final int meanMillis;
  private final Semaphore lanes;
  private final Telemetry telemetry;
  private final HttpServer server;

  private Partner(String host, int port, int meanMillis, Faults faults, Telemetry telemetry)
      throws BindException {
    this.latency = new Latency();
    this.meanMillis = meanMillis;
    this.lanes = new Semaphore(faults.on(Fault.DOWNSTREAM_BOTTLENECK) ? 1 : MANY, true);
    this.telemetry = telemetry;
    this.server = HttpServer.start(host, port, this::handle, Optional.empty());
  }

  public static Partner start(
      String host, int port, int meanMillis, Faults faults, Telemetry telemetry)
      throws BindException {
    Partner partner = new Partner(host, port, meanMillis, faults, telemetry);
    System.out.println("partner (simulated) listens on " + host + ":" + partner.port());
    return partner;
  }

  public int port() {
    return server.port();
  }

  private Reply handle(Request request) {
    if (request.path().equals("/healthz")) {
      return Reply.text(200, "ok");
    }
    Double share = PATHS.get(request.path());
    if (share == null) {
      return Reply.text(404, request.path() + " not found");
    }
    Span span =
        telemetry
            .tracer()
            .spanBuilder(request.method() + " " + request.path())
            .setParent(TraceHeaders.parse(request.header("traceparent")))
            .setSpanKind(SpanKind.SERVER)
            .setAttribute(METHOD, request.method())
            .setAttribute(ROUTE, request.path())
            .setAttribute(EMULATED, true)
            .startSpan();
    try {
      take(request.path(), Math.round(meanMillis * share * latency.next()));
      span.setAttribute(STATUS, 200);
      return Reply.json(200, "{\"simulated\":true}".getBytes(StandardCharsets.UTF_8))
          .with("X-Simulated", "true");
    } finally {
      span.end();
    }
  }

  private void take(String path, long millis) {
    boolean lane = path.equals("/v1/sync");
    try {
      if (lane) {
        lanes.acquire();
      }
      try {
        Thread.sleep(millis);
      } finally {
        if (lane) {
          lanes.release();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.close();
    telemetry.close();
  }
}
