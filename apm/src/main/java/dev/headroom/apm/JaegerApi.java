package dev.headroom.apm;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.headroom.apm.TelemetryQueries.TraceSummary;
import dev.headroom.apm.TraceQuery.Comparison;
import dev.headroom.apm.TraceQuery.Field;
import dev.headroom.apm.TraceQuery.Test;
import dev.headroom.apm.analysis.SpanFacts;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import dev.headroom.signals.TraceId;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The JSON API that Jaeger's and Grafana's pages ask: services, operations, traces by id and by
 * service, operation, tags and duration.
 *
 * @see <a
 *     href="https://www.jaegertracing.io/docs/latest/architecture/apis/#internal-http-json">HTTP
 *     JSON</a>
 */
public final class JaegerApi {
  private static final Duration FOR_NAMES = Duration.ofHours(1);
  private static final int MOST = 200;

  private final TelemetryQueries queries;
  private final TimeSource time;

  public JaegerApi(TelemetryQueries queries, TimeSource time) {
    this.queries = queries;
    this.time = time;
  }

  /**
   * Answers {@code path}, what follows {@code /api/}.
   *
   * @param parameters of the query
   */
  public ApiAnswer answer(String path, Map<String, String> parameters) {
    try {
      if (path.equals("services")) {
        return strings(services());
      }
      if (path.startsWith("services/") && path.endsWith("/operations")) {
        return strings(
            operations(
                path.substring("services/".length(), path.length() - "/operations".length())));
      }
      if (path.equals("operations")) {
        return strings(operations(parameters.getOrDefault("service", "")));
      }
      if (path.startsWith("traces/")) {
        return trace(path.substring("traces/".length()));
      }
      if (path.equals("traces")) {
        return search(parameters);
      }
      return failure(404, path + " is not served");
    } catch (UserError | NumberFormatException e) {
      return failure(400, String.valueOf(e.getMessage()));
    }
  }

  private TreeSet<String> services() {
    Window window = Window.before(time.now(), FOR_NAMES);
    TreeSet<String> services = new TreeSet<>();
    queries.endpoints(window).forEach(e -> services.add(e.service()));
    queries.serviceMap(window).edges().forEach(e -> services.add(e.from()));
    return services;
  }

  private TreeSet<String> operations(String service) {
    TreeSet<String> operations = new TreeSet<>();
    queries.endpoints(Window.before(time.now(), FOR_NAMES)).stream()
        .filter(e -> e.service().equals(service))
        .forEach(e -> operations.add((e.method() + " " + e.route()).trim()));
    return operations;
  }

  private ApiAnswer trace(String id) {
    TraceId traceId;
    try {
      traceId = TraceId.parse("0".repeat(Math.max(0, 32 - id.length())) + id);
    } catch (IllegalArgumentException e) {
      throw UserError.usage("trace: " + id + " (expected: 32 hexadecimal digits)");
    }
    List<Span> spans = queries.trace(traceId);
    return spans.isEmpty() ? failure(404, "trace not found") : traces(List.of(spans));
  }

  private ApiAnswer search(Map<String, String> parameters) {
    List<TraceQuery> parts = new ArrayList<>();
    equal(parameters, "service").ifPresent(v -> parts.add(test(Field.SERVICE, "service", v)));
    equal(parameters, "operation").ifPresent(v -> parts.add(test(Field.NAME, "name", v)));
    tags(parameters.getOrDefault("tags", "")).forEach((k, v) -> parts.add(tag(k, v)));
    duration(parameters, "minDuration", Comparison.GREATER_OR_EQUAL).ifPresent(parts::add);
    duration(parameters, "maxDuration", Comparison.LESS_OR_EQUAL).ifPresent(parts::add);
    Instant end = micros(parameters, "end").orElseGet(time::now);
    Instant start = micros(parameters, "start").orElseGet(() -> end.minus(FOR_NAMES));
    if (end.isBefore(start)) {
      throw UserError.usage("end: before start (expected: microseconds, after start)");
    }
    int limit = Math.clamp(Integer.parseInt(parameters.getOrDefault("limit", "20")), 1, MOST);
    List<List<Span>> found = new ArrayList<>();
    for (TraceSummary summary :
        queries.search(new Window(start, end), new TraceQuery.All(List.copyOf(parts)), limit)) {
      found.add(queries.trace(summary.traceId()));
    }
    return traces(found);
  }

  private static Optional<String> equal(Map<String, String> parameters, String name) {
    return Optional.ofNullable(parameters.get(name)).filter(v -> !v.isBlank() && !v.equals("all"));
  }

  private static Optional<Test> duration(
      Map<String, String> parameters, String name, Comparison comparison) {
    return equal(parameters, name)
        .map(
            v ->
                TraceQueryParser.nanos(v)
                    .map(nanos -> new Test(Field.DURATION, "duration", comparison, nanos))
                    .orElseThrow(
                        () ->
                            UserError.usage(
                                name + ": " + v + " (expected: a duration such as 200ms)")));
  }

  private static Test test(Field field, String key, String value) {
    return new Test(field, key, Comparison.EQUAL, value);
  }

  /* Jaeger's pages write every value as text. */
  private static TraceQuery tag(String key, String value) {
    if (key.equals("error")) {
      Test failed = test(Field.STATUS, "status", "error");
      return value.equals("true") ? failed : new TraceQuery.Not(failed);
    }
    if (key.equals("span.kind")) {
      return test(Field.KIND, "kind", value.toLowerCase(Locale.ROOT));
    }
    return test(Field.ATTRIBUTE, key, value);
  }

  private static Map<String, String> tags(String json) {
    Map<String, String> tags = new LinkedHashMap<>();
    if (json.isBlank()) {
      return tags;
    }
    try (var in = ApiAnswer.parser(new StringReader(json))) {
      in.nextToken();
      while (in.nextToken() != null && in.currentName() != null) {
        String key = in.currentName();
        in.nextToken();
        tags.put(key, in.getText());
      }
    } catch (IOException e) {
      throw UserError.usage("tags: " + json + " (expected: a JSON object of texts)");
    }
    return tags;
  }

  private static Optional<Instant> micros(Map<String, String> parameters, String name) {
    return equal(parameters, name)
        .map(v -> Instant.EPOCH.plusNanos(Math.multiplyExact(Long.parseLong(v), 1_000L)));
  }

  private static ApiAnswer strings(Collection<String> values) {
    return data(
        out -> {
          for (String value : values) {
            out.writeString(value);
          }
        },
        values.size());
  }

  private static ApiAnswer traces(List<List<Span>> traces) {
    return data(
        out -> {
          for (List<Span> trace : traces) {
            if (!trace.isEmpty()) {
              trace(out, trace);
            }
          }
        },
        traces.size());
  }

  private static ApiAnswer data(ApiAnswer.Json elements, int total) {
    return ApiAnswer.of(
        200,
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("data");
          elements.writeTo(out);
          out.writeEndArray();
          out.writeNumberField("total", total);
          out.writeNumberField("limit", 0);
          out.writeNumberField("offset", 0);
          out.writeNullField("errors");
          out.writeEndObject();
        });
  }

  private static ApiAnswer failure(int status, String message) {
    return ApiAnswer.of(
        status,
        out -> {
          out.writeStartObject();
          out.writeNullField("data");
          out.writeArrayFieldStart("errors");
          out.writeStartObject();
          out.writeNumberField("code", status);
          out.writeStringField("msg", message);
          out.writeEndObject();
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private static void trace(JsonGenerator out, List<Span> spans) throws IOException {
    Map<Attributes, String> processes = new LinkedHashMap<>();
    spans.forEach(s -> processes.computeIfAbsent(s.resource(), r -> "p" + (processes.size() + 1)));
    out.writeStartObject();
    out.writeStringField("traceID", spans.getFirst().traceId().toString());
    out.writeArrayFieldStart("spans");
    for (Span span : spans) {
      span(out, span, processes.getOrDefault(span.resource(), "p1"));
    }
    out.writeEndArray();
    out.writeObjectFieldStart("processes");
    for (Map.Entry<Attributes, String> process : processes.entrySet()) {
      out.writeObjectFieldStart(process.getValue());
      out.writeStringField("serviceName", SpanFacts.service(process.getKey()));
      out.writeArrayFieldStart("tags");
      tags(out, process.getKey());
      out.writeEndArray();
      out.writeEndObject();
    }
    out.writeEndObject();
    out.writeNullField("warnings");
    out.writeEndObject();
  }

  private static void span(JsonGenerator out, Span span, String process) throws IOException {
    out.writeStartObject();
    out.writeStringField("traceID", span.traceId().toString());
    out.writeStringField("spanID", span.spanId().toString());
    out.writeStringField("operationName", span.name());
    out.writeArrayFieldStart("references");
    if (span.parentId().isValid()) {
      out.writeStartObject();
      out.writeStringField("refType", "CHILD_OF");
      out.writeStringField("traceID", span.traceId().toString());
      out.writeStringField("spanID", span.parentId().toString());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeNumberField("startTime", span.startEpochNanos() / 1_000);
    out.writeNumberField("duration", span.durationNanos() / 1_000);
    out.writeArrayFieldStart("tags");
    tags(out, span.attributes());
    if (span.kind() != Span.Kind.UNSPECIFIED) {
      tag(out, "span.kind", span.kind().name().toLowerCase(Locale.ROOT));
    }
    if (span.status() != Span.Status.UNSET) {
      tag(out, "otel.status_code", span.status().name());
    }
    if (span.status() == Span.Status.ERROR) {
      tag(out, "error", true);
    }
    if (!span.statusMessage().isEmpty()) {
      tag(out, "otel.status_description", span.statusMessage());
    }
    out.writeEndArray();
    out.writeArrayFieldStart("logs");
    for (Span.Event event : span.events()) {
      out.writeStartObject();
      out.writeNumberField("timestamp", event.epochNanos() / 1_000);
      out.writeArrayFieldStart("fields");
      tag(out, "event", event.name());
      tags(out, event.attributes());
      out.writeEndArray();
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeStringField("processID", process);
    out.writeNullField("warnings");
    out.writeEndObject();
  }

  private static void tags(JsonGenerator out, Attributes attributes) throws IOException {
    for (Map.Entry<String, Object> tag : attributes.toMap().entrySet()) {
      tag(out, tag.getKey(), tag.getValue());
    }
  }

  private static void tag(JsonGenerator out, String key, Object value) throws IOException {
    out.writeStartObject();
    out.writeStringField("key", key);
    switch (value) {
      case Boolean bool -> {
        out.writeStringField("type", "bool");
        out.writeBooleanField("value", bool);
      }
      case Long number -> {
        out.writeStringField("type", "int64");
        out.writeNumberField("value", number);
      }
      case Double number when Double.isFinite(number) -> {
        out.writeStringField("type", "float64");
        out.writeNumberField("value", number);
      }
      default -> {
        out.writeStringField("type", "string");
        out.writeStringField("value", value.toString());
      }
    }
    out.writeEndObject();
  }
}
