package dev.headroom.signals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites OTLP/JSON as protobuf, so that there is one reader. The tables below are OTLP's
 * messages: JSON name, field number, type. Unknown fields are ignored.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding">JSON Protobuf
 *     Encoding</a>
 */
final class OtlpJson {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).build())
          .build();

  private OtlpJson() {}

  /** How a field is written on the wire. */
  private enum Type {
    TEXT,
    /** Hexadecimal in JSON. */
    ID,
    /** Base64 in JSON. */
    BYTES,
    BOOL,
    /** Enumerations too: "values MUST be encoded as integers". */
    VARINT,
    ZIGZAG,
    FIXED32,
    FIXED64,
    DOUBLE,
    MESSAGE
  }

  private record Field(int number, Type type, @Nullable Map<String, Field> message) {}

  /** Of a {@code oneof} or optional: written even when zero. Others are, too; it does no harm. */
  private static Field field(int number, Type type) {
    return new Field(number, type, null);
  }

  private static Field message(int number, Map<String, Field> message) {
    return new Field(number, Type.MESSAGE, message);
  }

  private static final Map<String, Field> ANY_VALUE = new HashMap<>();
  private static final Map<String, Field> KEY_VALUE =
      Map.of("key", field(1, Type.TEXT), "value", message(2, ANY_VALUE));

  static {
    ANY_VALUE.put("stringValue", field(1, Type.TEXT));
    ANY_VALUE.put("boolValue", field(2, Type.BOOL));
    ANY_VALUE.put("intValue", field(3, Type.VARINT));
    ANY_VALUE.put("doubleValue", field(4, Type.DOUBLE));
    ANY_VALUE.put("arrayValue", message(5, Map.of("values", message(1, ANY_VALUE))));
    ANY_VALUE.put("kvlistValue", message(6, Map.of("values", message(1, KEY_VALUE))));
    ANY_VALUE.put("bytesValue", field(7, Type.BYTES));
  }

  private static final Map<String, Field> RESOURCE = Map.of("attributes", message(1, KEY_VALUE));
  private static final Map<String, Field> SCOPE =
      Map.of("name", field(1, Type.TEXT), "version", field(2, Type.TEXT));

  private static final Map<String, Field> SPAN =
      Map.ofEntries(
          Map.entry("traceId", field(1, Type.ID)),
          Map.entry("spanId", field(2, Type.ID)),
          Map.entry("parentSpanId", field(4, Type.ID)),
          Map.entry("name", field(5, Type.TEXT)),
          Map.entry("kind", field(6, Type.VARINT)),
          Map.entry("startTimeUnixNano", field(7, Type.FIXED64)),
          Map.entry("endTimeUnixNano", field(8, Type.FIXED64)),
          Map.entry("attributes", message(9, KEY_VALUE)),
          Map.entry(
              "events",
              message(
                  11,
                  Map.of(
                      "timeUnixNano",
                      field(1, Type.FIXED64),
                      "name",
                      field(2, Type.TEXT),
                      "attributes",
                      message(3, KEY_VALUE)))),
          Map.entry(
              "status",
              message(15, Map.of("message", field(2, Type.TEXT), "code", field(3, Type.VARINT)))));

  private static final Map<String, Field> NUMBER_POINT =
      Map.of(
          "startTimeUnixNano",
          field(2, Type.FIXED64),
          "timeUnixNano",
          field(3, Type.FIXED64),
          "asDouble",
          field(4, Type.DOUBLE),
          "asInt",
          field(6, Type.FIXED64),
          "attributes",
          message(7, KEY_VALUE),
          "flags",
          field(8, Type.VARINT));

  private static final Map<String, Field> HISTOGRAM_POINT =
      Map.of(
          "startTimeUnixNano",
          field(2, Type.FIXED64),
          "timeUnixNano",
          field(3, Type.FIXED64),
          "count",
          field(4, Type.FIXED64),
          "sum",
          field(5, Type.DOUBLE),
          "bucketCounts",
          field(6, Type.FIXED64),
          "explicitBounds",
          field(7, Type.DOUBLE),
          "attributes",
          message(9, KEY_VALUE),
          "flags",
          field(10, Type.VARINT),
          "min",
          field(11, Type.DOUBLE),
          "max",
          field(12, Type.DOUBLE));

  private static final Map<String, Field> BUCKETS =
      Map.of("offset", field(1, Type.ZIGZAG), "bucketCounts", field(2, Type.VARINT));

  private static final Map<String, Field> EXPONENTIAL_POINT =
      Map.ofEntries(
          Map.entry("attributes", message(1, KEY_VALUE)),
          Map.entry("startTimeUnixNano", field(2, Type.FIXED64)),
          Map.entry("timeUnixNano", field(3, Type.FIXED64)),
          Map.entry("count", field(4, Type.FIXED64)),
          Map.entry("sum", field(5, Type.DOUBLE)),
          Map.entry("scale", field(6, Type.ZIGZAG)),
          Map.entry("zeroCount", field(7, Type.FIXED64)),
          Map.entry("positive", message(8, BUCKETS)),
          Map.entry("negative", message(9, BUCKETS)),
          Map.entry("flags", field(10, Type.VARINT)),
          Map.entry("min", field(12, Type.DOUBLE)),
          Map.entry("max", field(13, Type.DOUBLE)));

  private static final Field TEMPORALITY = field(2, Type.VARINT);

  private static final Map<String, Field> METRIC =
      Map.of(
          "name",
          field(1, Type.TEXT),
          "unit",
          field(3, Type.TEXT),
          "gauge",
          message(5, Map.of("dataPoints", message(1, NUMBER_POINT))),
          "sum",
          message(
              7,
              Map.of(
                  "dataPoints",
                  message(1, NUMBER_POINT),
                  "aggregationTemporality",
                  TEMPORALITY,
                  "isMonotonic",
                  field(3, Type.BOOL))),
          "histogram",
          message(
              9,
              Map.of(
                  "dataPoints",
                  message(1, HISTOGRAM_POINT),
                  "aggregationTemporality",
                  TEMPORALITY)),
          "exponentialHistogram",
          message(
              10,
              Map.of(
                  "dataPoints",
                  message(1, EXPONENTIAL_POINT),
                  "aggregationTemporality",
                  TEMPORALITY)),
          "summary",
          message(11, Map.of("dataPoints", message(1, Map.of()))));

  private static final Map<String, Field> LOG =
      Map.of(
          "timeUnixNano",
          field(1, Type.FIXED64),
          "severityNumber",
          field(2, Type.VARINT),
          "body",
          message(5, ANY_VALUE),
          "attributes",
          message(6, KEY_VALUE),
          "traceId",
          field(9, Type.ID),
          "spanId",
          field(10, Type.ID),
          "observedTimeUnixNano",
          field(11, Type.FIXED64),
          "eventName",
          field(12, Type.TEXT));

  private static Map<String, Field> request(
      String resources, String scopes, String items, Map<String, Field> item) {
    Map<String, Field> scoped = Map.of("scope", message(1, SCOPE), items, message(2, item));
    return Map.of(
        resources,
        message(1, Map.of("resource", message(1, RESOURCE), scopes, message(2, scoped))));
  }

  private static final Map<String, Field> TRACES =
      request("resourceSpans", "scopeSpans", "spans", SPAN);
  private static final Map<String, Field> METRICS =
      request("resourceMetrics", "scopeMetrics", "metrics", METRIC);
  private static final Map<String, Field> LOGS =
      request("resourceLogs", "scopeLogs", "logRecords", LOG);

  /**
   * Rewrites one request.
   *
   * @throws OtlpRefusal when {@code body} is not JSON, or a value has the wrong form
   */
  static byte[] toProtobuf(OtlpSignal signal, byte[] body) {
    ProtoWriter out = new ProtoWriter();
    try (JsonParser in = JSON.createParser(body)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw refuse(in, "no JSON object (expected: an OTLP export request)");
      }
      object(
          in,
          out,
          switch (signal) {
            case TRACES -> TRACES;
            case METRICS -> METRICS;
            case LOGS -> LOGS;
          });
      if (in.nextToken() != null) {
        throw refuse(in, "something after the request (expected: its end)");
      }
    } catch (JsonProcessingException e) {
      throw new OtlpRefusal(
          e.getLocation() == null ? 0 : e.getLocation().getByteOffset(), e.getOriginalMessage());
    } catch (IOException e) {
      throw new OtlpRefusal("not JSON: " + e.getMessage());
    }
    return out.toBytes();
  }

  private static void object(JsonParser in, ProtoWriter out, Map<String, Field> fields)
      throws IOException {
    while (in.nextToken() != JsonToken.END_OBJECT) {
      Field field = fields.get(in.currentName());
      JsonToken token = in.nextToken();
      if (field == null) {
        in.skipChildren();
      } else if (token == JsonToken.START_ARRAY) {
        while (in.nextToken() != JsonToken.END_ARRAY) {
          value(in, out, field);
        }
      } else {
        value(in, out, field);
      }
    }
  }

  private static void value(JsonParser in, ProtoWriter out, Field field) throws IOException {
    JsonToken token = in.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      return;
    }
    if (field.message != null) {
      if (token != JsonToken.START_OBJECT) {
        throw refuse(in, in.getText() + " (expected: an object)");
      }
      int start = out.begin(field.number);
      object(in, out, field.message);
      out.end(start);
      return;
    }
    if (!token.isScalarValue()) {
      throw refuse(in, in.getText() + " (expected: a value)");
    }
    String text = in.getText();
    try {
      switch (field.type) {
        case TEXT -> out.presentText(field.number, text);
        case ID -> out.bytes(field.number, id(text));
        case BYTES -> out.bytes(field.number, Base64.getDecoder().decode(text));
        case BOOL -> out.presentVarint(field.number, Boolean.parseBoolean(text) ? 1 : 0);
        case VARINT -> out.presentVarint(field.number, integer(text));
        case ZIGZAG -> out.zigzag(field.number, Math.toIntExact(integer(text)));
        case FIXED32 -> out.fixed32(field.number, (int) integer(text));
        case FIXED64 -> out.presentFixed64(field.number, integer(text));
        case DOUBLE -> out.presentDouble(field.number, Double.parseDouble(text));
        case MESSAGE -> throw new IllegalStateException("message without fields");
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      String shown = text.length() > 64 ? text.substring(0, 64) + "…" : text;
      throw refuse(in, "\"" + shown + "\" (expected: " + expected(field.type) + ")");
    }
  }

  /* OTLP says hexadecimal; clients that use a generic protobuf mapping send base64, whose length
   * differs (24 and 12 characters instead of 32 and 16), so that there is no doubt. */
  private static byte[] id(String text) {
    return text.length() == 24 || text.length() == 12
        ? Base64.getDecoder().decode(text)
        : HexFormat.of().parseHex(text);
  }

  private static long integer(String text) {
    // 64-bit integers come as numbers or strings; times in use do not fit a double.
    if (text.length() <= 20 && text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'))) {
      return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
    }
    if (text.length() > 40) {
      throw new NumberFormatException(text);
    }
    BigDecimal number = new BigDecimal(text);
    if (Math.abs((long) number.scale()) > 40) {
      throw new NumberFormatException(text);
    }
    return number.longValueExact();
  }

  private static String expected(Type type) {
    return switch (type) {
      case TEXT -> "text";
      case ID -> "hexadecimal digits";
      case BYTES -> "base64";
      case BOOL -> "true or false";
      case VARINT, ZIGZAG, FIXED32, FIXED64 -> "an integer";
      case DOUBLE -> "a number";
      case MESSAGE -> "an object";
    };
  }

  private static OtlpRefusal refuse(JsonParser in, String message) {
    return new OtlpRefusal(in.currentTokenLocation().getByteOffset(), message);
  }
}
