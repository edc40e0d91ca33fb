package dev.headroom.apm;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import dev.headroom.signals.Vocabulary;
import java.util.Optional;

/**
 * What the store reads out of a span, by OpenTelemetry's current names and the ones before.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/http/http-spans/">HTTP spans</a>
 */
final class SpanFacts {
  static final String NO_ROUTE = "(no route)";

  private SpanFacts() {}

  static String service(Attributes resource) {
    return resource.text("service.name").orElse("unknown_service");
  }

  static Optional<String> route(Span span) {
    return span.attributes().text(Vocabulary.ROUTE);
  }

  /** Whether a trace, or a service's part in it, begins here. */
  static boolean isEntry(Span span) {
    return !span.parentId().isValid() || span.kind() == Span.Kind.SERVER;
  }

  /**
   * Whose endpoint this span is a request to: empty unless a service of the application answered an
   * HTTP request. The gateway's spans are left out, as its metrics are exact.
   */
  static Optional<Attributes> endpoint(Span span) {
    if (span.kind() != Span.Kind.SERVER || span.attributes().get(Vocabulary.SERVICE) != null) {
      return Optional.empty();
    }
    Optional<String> method = first(span, Vocabulary.METHOD, "http.method");
    if (method.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Attributes.of(
            Vocabulary.SERVICE,
            service(span.resource()),
            Vocabulary.METHOD,
            method.get(),
            Vocabulary.ROUTE,
            // A path is no route: each would be an endpoint of its own.
            route(span).orElse(NO_ROUTE),
            Vocabulary.STATUS_CODE,
            status(first(span, Vocabulary.STATUS_CODE, "http.status_code").orElse(""))));
  }

  static long status(String code) {
    return code.length() == 3 && code.chars().allMatch(c -> c >= '0' && c <= '9')
        ? Integer.parseInt(code)
        : 0;
  }

  private static Optional<String> first(Span span, String name, String oldName) {
    return span.attributes().text(name).or(() -> span.attributes().text(oldName));
  }
}
