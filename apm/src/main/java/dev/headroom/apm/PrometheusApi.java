package dev.headroom.apm;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.headroom.apm.promql.Evaluation;
import dev.headroom.apm.promql.Evaluation.Values;
import dev.headroom.apm.promql.Names;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A part of Prometheus's HTTP API, enough for Grafana's panels: selectors of gauges, {@code rate},
 * {@code increase}, {@code sum by}, {@code histogram_quantile}. Anything else is answered with 422.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/">HTTP API</a>
 */
public final class PrometheusApi {
  private static final Duration FOR_LABELS = Duration.ofMinutes(15);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000L);

  private final TelemetryQueries queries;
  private final TimeSource time;

  public PrometheusApi(TelemetryQueries queries, TimeSource time) {
    this.queries = queries;
    this.time = time;
  }

  /**
   * Answers {@code path}, what follows {@code /api/v1/}.
   *
   * @param parameters of the query or the form
   */
  public ApiAnswer answer(String path, Map<String, String> parameters) {
    try {
      return switch (path) {
        case "query" -> instant(parameters);
        case "query_range" -> range(parameters);
        case "labels" -> strings(labelNames());
        case "label/__name__/values" -> strings(Names.all(queries.metrics()));
        case "metadata" -> success(out -> out.writeRawValue("{}"));
        default ->
            path.matches("label/[a-zA-Z_][a-zA-Z0-9_]*/values")
                ? strings(labelValues(path.split("/")[1]))
                : failure(404, "not_found", path + " is not served");
      };
    } catch (UserError e) {
      return failure(422, "execution", String.valueOf(e.getMessage()));
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      return failure(400, "bad_data", "a time is none: " + e.getMessage());
    }
  }

  private ApiAnswer instant(Map<String, String> parameters) {
    Instant at = parameters.containsKey("time") ? time(required(parameters, "time")) : time.now();
    List<Values> found =
        Evaluation.of(queries, required(parameters, "query"), at, at, Duration.ofSeconds(1));
    return success(
        out -> {
          out.writeStartObject();
          out.writeStringField("resultType", "vector");
          out.writeArrayFieldStart("result");
          for (Values series : found) {
            Double value = series.values().getFirst();
            if (value != null) {
              out.writeStartObject();
              labels(out, series.labels());
              out.writeFieldName("value");
              point(out, at, value);
              out.writeEndObject();
            }
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private ApiAnswer range(Map<String, String> parameters) {
    Instant start = time(required(parameters, "start"));
    Instant end = time(required(parameters, "end"));
    Duration step = step(required(parameters, "step"));
    if (end.isBefore(start)) {
      return failure(400, "bad_data", "end is before start");
    }
    List<Values> found = Evaluation.of(queries, required(parameters, "query"), start, end, step);
    return success(
        out -> {
          out.writeStartObject();
          out.writeStringField("resultType", "matrix");
          out.writeArrayFieldStart("result");
          for (Values series : found) {
            out.writeStartObject();
            labels(out, series.labels());
            out.writeArrayFieldStart("values");
            for (int i = 0; i < series.values().size(); i++) {
              Double value = series.values().get(i);
              if (value != null) {
                point(out, start.plus(step.multipliedBy(i)), value);
              }
            }
            out.writeEndArray();
            out.writeEndObject();
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private Set<String> labelNames() {
    Set<String> names = new TreeSet<>(Set.of("__name__"));
    recent().forEach(labels -> names.addAll(labels.keySet()));
    return names;
  }

  private Set<String> labelValues(String label) {
    Set<String> values = new TreeSet<>();
    recent()
        .forEach(
            labels -> {
              String value = labels.get(label);
              if (value != null) {
                values.add(value);
              }
            });
    return values;
  }

  private List<Map<String, String>> recent() {
    Window window = Window.before(time.now(), FOR_LABELS);
    return queries.metrics().stream()
        .flatMap(m -> queries.allSeries(m.name(), window, MINUTE).stream())
        .map(s -> Names.labels(s.group()))
        .toList();
  }

  private static String required(Map<String, String> parameters, String name) {
    String value = parameters.get(name);
    if (value == null || value.isBlank()) {
      throw UserError.usage(name + ": none (expected: a value)");
    }
    return value;
  }

  /* Seconds with a fraction, or RFC 3339. */
  private static Instant time(String text) {
    return text.contains("T")
        ? OffsetDateTime.parse(text).toInstant()
        : Instant.EPOCH.plusNanos(nanos(text));
  }

  private static Duration step(String text) {
    Duration step =
        text.matches("[0-9.]+") ? Duration.ofNanos(nanos(text)) : Evaluation.duration(text);
    if (step.isZero()) {
      throw UserError.usage("step: " + text + " (expected: more than zero)");
    }
    return step;
  }

  private static long nanos(String seconds) {
    if (seconds.length() > 30) {
      throw new NumberFormatException(seconds);
    }
    return new BigDecimal(seconds).multiply(NANOS).longValueExact();
  }

  private static void labels(JsonGenerator out, Map<String, String> labels) throws IOException {
    out.writeObjectFieldStart("metric");
    for (Map.Entry<String, String> label : labels.entrySet()) {
      out.writeStringField(label.getKey(), label.getValue());
    }
    out.writeEndObject();
  }

  private static void point(JsonGenerator out, Instant at, double value) throws IOException {
    out.writeStartArray();
    out.writeNumber(at.toEpochMilli() / 1e3);
    out.writeString(Double.toString(value));
    out.writeEndArray();
  }

  private static ApiAnswer strings(Iterable<String> values) {
    return success(
        out -> {
          out.writeStartArray();
          for (String value : values) {
            out.writeString(value);
          }
          out.writeEndArray();
        });
  }

  private static ApiAnswer success(ApiAnswer.Json data) {
    return ApiAnswer.of(
        200,
        out -> {
          out.writeStartObject();
          out.writeStringField("status", "success");
          out.writeFieldName("data");
          data.writeTo(out);
          out.writeEndObject();
        });
  }

  private static ApiAnswer failure(int status, String type, String message) {
    return ApiAnswer.of(
        status,
        out -> {
          out.writeStartObject();
          out.writeStringField("status", "error");
          out.writeStringField("errorType", type);
          out.writeStringField("error", message);
          out.writeEndObject();
        });
  }
}
