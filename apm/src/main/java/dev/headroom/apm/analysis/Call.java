package dev.headroom.apm.analysis;

import dev.headroom.signals.Span;
import dev.headroom.signals.Vocabulary;
import dev.headroom.sql.Fingerprint;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A span that asks something outside its service.
 *
 * @param fingerprint what is the same of calls that differ only in their parameters
 * @param text normalised, for people
 * @param raw as it was sent, with its parameters where these are known
 */
record Call(Span span, Kind kind, String fingerprint, String text, String raw) {

  enum Kind {
    STATEMENT,
    CACHE,
    HTTP
  }

  double seconds() {
    return span.durationNanos() / 1e9;
  }

  /** Recognises calls; remembers what a text is normalised to. Not thread-safe. */
  static final class Reader {
    private static final Pattern ID =
        Pattern.compile(
            "[0-9]+|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{16,}");
    private static final Pattern ORIGIN = Pattern.compile("^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*");

    private final Map<String, Fingerprint> known = new HashMap<>();

    /** Empty of a span that stays in its service, and of the router's view of a statement. */
    Optional<Call> read(Span span) {
      Optional<String> system = SpanFacts.databaseSystem(span);
      if (system.isPresent() && span.kind() != Span.Kind.SERVER) {
        return SpanFacts.peer(span)
            .map(
                peer ->
                    peer.kind() == dev.headroom.apm.Analyses.PartKind.CACHE
                        ? named(span, Kind.CACHE, SpanFacts.statement(span).orElse(span.name()))
                        : statement(span));
      }
      if (span.kind() == Span.Kind.CLIENT && SpanFacts.method(span).isPresent()) {
        return Optional.of(http(span));
      }
      return Optional.empty();
    }

    private Call statement(Span span) {
      Optional<String> text = SpanFacts.statement(span);
      if (text.isEmpty()) {
        return named(span, Kind.STATEMENT, "");
      }
      Fingerprint fingerprint = known.computeIfAbsent(text.get(), Fingerprint::of);
      return new Call(
          span,
          Kind.STATEMENT,
          // The router's own word, where it is the router that tells.
          span.attributes().text(Vocabulary.QUERY).orElseGet(fingerprint::id),
          fingerprint.text(),
          text.get() + parameters(span));
    }

    private static String parameters(Span span) {
      StringBuilder parameters = new StringBuilder();
      span.attributes()
          .forEach(
              (key, value) -> {
                if (key.startsWith("db.query.parameter.")
                    || key.startsWith("db.operation.parameter.")) {
                  parameters.append('\n').append(key).append('=').append(value);
                }
              });
      return parameters.toString();
    }

    private Call named(Span span, Kind kind, String raw) {
      String summary = span.attributes().text("db.query.summary").orElse(span.name());
      return new Call(span, kind, hash(summary), summary, raw);
    }

    private Call http(Span span) {
      String url =
          SpanFacts.first(span.attributes(), "url.full", "http.url")
              .or(() -> SpanFacts.first(span.attributes(), "url.path", "http.target"))
              .orElse("");
      String path = ORIGIN.matcher(url).replaceFirst("").replaceFirst("[?#].*", "");
      String template =
          span.attributes()
              .text("url.template")
              .orElseGet(() -> ID.matcher(path).replaceAll("{id}"));
      String host =
          SpanFacts.first(span.attributes(), "service.peer.name", "peer.service")
              .or(() -> SpanFacts.first(span.attributes(), "server.address", "net.peer.name"))
              .orElse("");
      String text =
          SpanFacts.method(span).orElse("").toUpperCase(Locale.ROOT) + " " + host + template;
      return new Call(span, Kind.HTTP, hash(text), text, url);
    }

    private static String hash(String text) {
      return ErrorFingerprint.hex(ErrorFingerprint.hash(text));
    }
  }
}
