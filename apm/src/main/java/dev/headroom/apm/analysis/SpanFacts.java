package dev.headroom.apm.analysis;

import dev.headroom.apm.Analyses.PartKind;
import dev.headroom.apm.Endpoint;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import dev.headroom.signals.Vocabulary;
import java.util.Optional;
import java.util.Set;

/**
 * What is read out of a span, by OpenTelemetry's current names and the ones before.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/http/http-spans/">HTTP spans</a>
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/database/database-spans/">database
 *     spans</a>
 */
public final class SpanFacts {
  public static final String NO_ROUTE = "(no route)";
  static final String ROUTER = "headroom-router";

  private static final Set<String> CACHES =
      Set.of("redis", "valkey", "memcached", "dragonfly", "keydb", "hazelcast", "infinispan");

  private SpanFacts() {}

  public static String service(Attributes resource) {
    return resource.text("service.name").orElse("unknown_service");
  }

  public static Optional<String> route(Span span) {
    return span.attributes().text(Vocabulary.ROUTE);
  }

  /** Whether a trace, or a service's part in it, begins here. */
  public static boolean isEntry(Span span) {
    return !span.parentId().isValid() || span.kind() == Span.Kind.SERVER;
  }

  /** Whether the gateway made it. */
  static boolean isGateway(Span span) {
    return span.kind() == Span.Kind.SERVER && span.attributes().get(Vocabulary.SERVICE) != null;
  }

  /** Whether the router made it: the same statement again, as the database's side saw it. */
  static boolean isRouter(Span span) {
    return service(span.resource()).equals(ROUTER);
  }

  /**
   * Whose endpoint this span is a request to: empty unless a service of the application answered an
   * HTTP request. The gateway's spans are left out, as its metrics are exact.
   */
  public static Optional<Answer> answer(Span span) {
    if (span.kind() != Span.Kind.SERVER || isGateway(span)) {
      return Optional.empty();
    }
    // A path is no route: each would be an endpoint of its own.
    return method(span)
        .map(m -> new Answer(span.resource(), m, route(span).orElse(NO_ROUTE), status(span)));
  }

  /** An HTTP request that a service answered; status 0 when none was told. */
  public record Answer(Attributes resource, String method, String route, long status) {

    /** The series that it is counted in. */
    public Attributes series() {
      Attributes endpoint =
          Attributes.of(
              Vocabulary.SERVICE,
              service(resource),
              Vocabulary.METHOD,
              method,
              Vocabulary.ROUTE,
              route,
              Vocabulary.STATUS_CODE,
              status);
      return resource
          .text("service.version")
          .map(version -> endpoint.with("service.version", version))
          .orElse(endpoint);
    }
  }

  /** What an entry span answers; of anything else, its name stands for the route. */
  static Endpoint endpoint(Span span) {
    String service =
        span.attributes().text(Vocabulary.SERVICE).orElseGet(() -> service(span.resource()));
    Optional<String> method = method(span);
    return method.isPresent()
        ? new Endpoint(service, method.get(), route(span).orElse(NO_ROUTE))
        : new Endpoint(service, "", route(span).orElse(span.name()));
  }

  static Optional<String> method(Span span) {
    return first(span.attributes(), Vocabulary.METHOD, "http.method");
  }

  /** HTTP status; 0 when there is none. */
  static long status(Span span) {
    return status(first(span.attributes(), Vocabulary.STATUS_CODE, "http.status_code").orElse(""));
  }

  public static long status(String code) {
    return code.length() == 3 && code.chars().allMatch(c -> c >= '0' && c <= '9')
        ? Integer.parseInt(code)
        : 0;
  }

  /** Ended in an error: by its status, or as an answer of 5xx, to a client also of 4xx. */
  static boolean isError(Span span) {
    return span.status() == Span.Status.ERROR
        || status(span) >= (span.kind() == Span.Kind.CLIENT ? 400 : 500);
  }

  static Optional<String> databaseSystem(Span span) {
    return first(span.attributes(), "db.system.name", "db.system");
  }

  static Optional<String> statement(Span span) {
    return first(span.attributes(), Vocabulary.QUERY_TEXT, "db.statement");
  }

  /** What a span that leaves its service calls; empty of one that stays. */
  static Optional<Peer> peer(Span span) {
    boolean leaves = span.kind() == Span.Kind.CLIENT || span.kind() == Span.Kind.PRODUCER;
    Attributes attributes = span.attributes();
    Optional<String> database = databaseSystem(span);
    if (database.isPresent() && span.kind() != Span.Kind.SERVER) {
      PartKind kind = CACHES.contains(database.get()) ? PartKind.CACHE : PartKind.DATABASE;
      return Optional.of(
          new Peer(
              attributes
                  .text(Vocabulary.MEMBER)
                  .or(() -> first(attributes, "service.peer.name", "peer.service"))
                  .or(() -> named(database.get(), first(attributes, "db.namespace", "db.name")))
                  .orElse(database.get()),
              kind));
    }
    if (!leaves) {
      return Optional.empty();
    }
    Optional<String> queue = first(attributes, "messaging.destination.name", "messaging.system");
    if (queue.isPresent()) {
      return Optional.of(new Peer(queue.get(), PartKind.QUEUE));
    }
    return first(attributes, "service.peer.name", "peer.service")
        .or(() -> first(attributes, "server.address", "net.peer.name"))
        .or(() -> first(attributes, "network.peer.address", "net.sock.peer.addr"))
        .map(name -> new Peer(name, PartKind.EXTERNAL));
  }

  private static Optional<String> named(String system, Optional<String> database) {
    return database.map(name -> system + " " + name);
  }

  /** Something that is called. */
  record Peer(String name, PartKind kind) {}

  static Optional<String> first(Attributes attributes, String name, String oldName) {
    return attributes.text(name).or(() -> attributes.text(oldName));
  }
}
