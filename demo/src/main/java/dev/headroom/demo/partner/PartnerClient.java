package dev.headroom.demo.partner;

import dev.headroom.demo.telemetry.TraceHeaders;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Calls to the third party at {@code PARTNER_URL}; each is a client span and carries its context.
 */
public final class PartnerClient implements AutoCloseable {
  private static final Logger LOG = System.getLogger(PartnerClient.class.getName());
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> URL = AttributeKey.stringKey("url.full");
  private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  private static final AttributeKey<String> PEER = AttributeKey.stringKey("service.peer.name");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final URI base;
  private final Tracer tracer;
  // Made at the first call: most processes need it late or never.
  private @Nullable HttpClient client;

  public PartnerClient(String url, Tracer tracer) {
    this.base = URI.create(url.replaceAll("/+$", ""));
    this.tracer = tracer;
  }

  /** Posts and gives the answer's body; empty when the third party failed or took too long. */
  public Optional<String> post(String path, String body, Context trace) {
    URI uri = URI.create(base + path);
    Span span =
        tracer
            .spanBuilder("POST " + path)
            .setParent(trace)
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute(METHOD, "POST")
            .setAttribute(URL, uri.toString())
            .setAttribute(ADDRESS, uri.getHost())
            .setAttribute(PORT, (long) uri.getPort())
            .setAttribute(PEER, "partner")
            .startSpan();
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri)
              .timeout(PATIENCE)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body));
      if (span.getSpanContext().isValid()) {
        request.header("traceparent", TraceHeaders.format(span.getSpanContext()));
      }
      HttpResponse<String> response =
          client().send(request.build(), HttpResponse.BodyHandlers.ofString());
      span.setAttribute(STATUS, response.statusCode());
      if (response.statusCode() < 300) {
        return Optional.of(response.body());
      }
      span.setStatus(StatusCode.ERROR);
      LOG.log(Level.WARNING, "{0} answered {1}", uri, response.statusCode());
    } catch (IOException e) {
      span.recordException(e);
      span.setStatus(StatusCode.ERROR);
      LOG.log(Level.WARNING, "{0}: {1}", uri, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      span.end();
    }
    return Optional.empty();
  }

  private synchronized HttpClient client() {
    HttpClient current = client;
    if (current == null) {
      current =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(Duration.ofSeconds(2))
              .executor(Executors.newVirtualThreadPerTaskExecutor())
              .build();
      client = current;
    }
    return current;
  }

  @Override
  public synchronized void close() {
    HttpClient current = client;
    if (current != null) {
      current.shutdownNow();
    }
  }
}
