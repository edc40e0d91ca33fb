package dev.headroom.signals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads Zipkin's JSON, version 2, as spans. Thread-safe.
 *
 * <p>A span that both sides of a call share becomes two, the server's under the client's. Tags keep
 * their names; {@code error} makes the span one.
 *
 * @see <a href="https://zipkin.io/zipkin-api/#/default/post_spans">Zipkin API</a>
 */
public final class ZipkinReader {
  private static final int MOST_PAIRS = 512;
  private static final String SCOPE = "zipkin";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).build())
          .build();

  /**
   * Reads one request: a list of spans.
   *
   * @throws OtlpRefusal when {@code body} is malformed
   */
  public OtlpBatch read(byte[] body) {
    List<Span> spans = new ArrayList<>();
    Rejections rejections = new Rejections();
    try (JsonParser in = JSON.createParser(body)) {
      if (in.nextToken() != JsonToken.START_ARRAY) {
        throw new OtlpRefusal(0, "no list (expected: a list of spans)");
      }
      while (in.nextToken() != JsonToken.END_ARRAY) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
          throw new OtlpRefusal(position(in), in.currentToken() + " (expected: a span)");
        }
        Draft draft = new Draft();
        draft.read(in);
        try {
          spans.add(draft.toSpan());
        } catch (IllegalArgumentException e) {
          rejections.add(1, String.valueOf(e.getMessage()));
        }
      }
    } catch (JsonProcessingException e) {
      throw new OtlpRefusal(e.getLocation().getByteOffset(), e.getOriginalMessage());
    } catch (IOException e) {
      throw new OtlpRefusal(String.valueOf(e.getMessage()));
    }
    return new OtlpBatch(Telemetry.spans(spans), rejections.count(), rejections.first());
  }

  private static long position(JsonParser in) {
    return in.currentLocation().getByteOffset();
  }

  /** A span while it is read. */
  private static final class Draft {
    private final Map<String, Object> attributes = new HashMap<>();
    private final List<Span.Event> events = new ArrayList<>();
    private String traceId = "";
    private String id = "";
    private String parentId = "";
    private String name = "";
    private String kind = "";
    private String service = "";
    private long timestampMicros;
    private long durationMicros;
    private boolean shared;
    private boolean failed;
    private String message = "";

    void read(JsonParser in) throws IOException {
      while (in.nextToken() != JsonToken.END_OBJECT) {
        String key = in.currentName();
        in.nextToken();
        switch (key) {
          case "traceId" -> traceId = in.getValueAsString("");
          case "id" -> id = in.getValueAsString("");
          case "parentId" -> parentId = in.getValueAsString("");
          case "name" -> name = in.getValueAsString("");
          case "kind" -> kind = in.getValueAsString("");
          case "timestamp" -> timestampMicros = in.getValueAsLong();
          case "duration" -> durationMicros = in.getValueAsLong();
          case "shared" -> shared = in.getValueAsBoolean();
          case "localEndpoint" -> service = endpoint(in).getOrDefault("serviceName", service);
          case "remoteEndpoint" -> remote(endpoint(in));
          case "tags" -> tags(in);
          case "annotations" -> annotations(in);
          default -> in.skipChildren();
        }
      }
    }

    private static Map<String, String> endpoint(JsonParser in) throws IOException {
      Map<String, String> endpoint = new HashMap<>();
      if (in.currentToken() != JsonToken.START_OBJECT) {
        in.skipChildren();
        return endpoint;
      }
      while (in.nextToken() != JsonToken.END_OBJECT) {
        String key = in.currentName();
        in.nextToken();
        String value = in.getValueAsString();
        in.skipChildren();
        if (value != null && endpoint.size() < 8) {
          endpoint.put(key, value);
        }
      }
      return endpoint;
    }

    private void remote(Map<String, String> endpoint) {
      put("service.peer.name", endpoint.getOrDefault("serviceName", ""));
      put("network.peer.address", endpoint.getOrDefault("ipv4", endpoint.getOrDefault("ipv6", "")));
    }

    private void put(String key, String value) {
      if (!value.isEmpty() && attributes.size() < MOST_PAIRS) {
        attributes.put(key, value);
      }
    }

    private void tags(JsonParser in) throws IOException {
      if (in.currentToken() != JsonToken.START_OBJECT) {
        in.skipChildren();
        return;
      }
      while (in.nextToken() != JsonToken.END_OBJECT) {
        String key = in.currentName();
        in.nextToken();
        String value = in.getValueAsString();
        in.skipChildren();
        if (value == null) {
          continue;
        }
        if (key.equals("error")) {
          failed = !value.equals("false");
          message = value;
        }
        put(key.equals("sql.query") ? "db.query.text" : key, value);
      }
    }

    private void annotations(JsonParser in) throws IOException {
      if (in.currentToken() != JsonToken.START_ARRAY) {
        in.skipChildren();
        return;
      }
      while (in.nextToken() != JsonToken.END_ARRAY) {
        long at = 0;
        String value = "";
        if (in.currentToken() != JsonToken.START_OBJECT) {
          in.skipChildren();
          continue;
        }
        while (in.nextToken() != JsonToken.END_OBJECT) {
          String key = in.currentName();
          in.nextToken();
          switch (key) {
            case "timestamp" -> at = in.getValueAsLong();
            case "value" -> value = in.getValueAsString("");
            default -> in.skipChildren();
          }
        }
        if (events.size() < MOST_PAIRS) {
          events.add(
              new Span.Event(
                  value,
                  at > 0 && at < Long.MAX_VALUE / 2_000 ? at * 1_000 : 0,
                  Attributes.empty()));
        }
      }
    }

    Span toSpan() {
      TraceId trace = TraceId.parse(traceId.length() == 16 ? "0".repeat(16) + traceId : traceId);
      SpanId own = SpanId.parse(id);
      if (!trace.isValid() || !own.isValid()) {
        throw new IllegalArgumentException("ids: zero (expected: a trace id and a span id)");
      }
      if (timestampMicros <= 0 || durationMicros < 0) {
        throw new IllegalArgumentException(
            "timestamp: " + timestampMicros + " (expected: microseconds since 1970)");
      }
      SpanId parent = parentId.isEmpty() ? SpanId.NONE : SpanId.parse(parentId);
      if (attributes.containsKey("db.query.text")) {
        attributes.putIfAbsent("db.system.name", "other_sql");
      }
      long start = micros(timestampMicros);
      boolean servers = shared && kind.equals("SERVER");
      return new Span(
          trace,
          // Ours are told apart by id, so the server's half gets one that follows from it.
          servers ? new SpanId(Long.rotateLeft(own.value(), 1) ^ 0x5a5a5a5a5a5a5a5bL) : own,
          servers ? own : parent,
          name,
          kind(),
          start,
          start + micros(durationMicros),
          failed ? Span.Status.ERROR : Span.Status.UNSET,
          message,
          Attributes.of(attributes),
          events,
          Attributes.of("service.name", service.isEmpty() ? "unknown_service" : service),
          SCOPE);
    }

    private static long micros(long micros) {
      if (micros > Long.MAX_VALUE / 2_000) {
        throw new IllegalArgumentException(
            "timestamp: " + micros + " (expected: microseconds since 1970)");
      }
      return micros * 1_000;
    }

    private Span.Kind kind() {
      return switch (kind.toUpperCase(Locale.ROOT)) {
        case "CLIENT" -> Span.Kind.CLIENT;
        case "SERVER" -> Span.Kind.SERVER;
        case "PRODUCER" -> Span.Kind.PRODUCER;
        case "CONSUMER" -> Span.Kind.CONSUMER;
        default -> Span.Kind.INTERNAL;
      };
    }
  }
}
