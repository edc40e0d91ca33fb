package dev.headroom.demo.api;

import dev.headroom.demo.db.Database;
import dev.headroom.demo.db.Session;
import dev.headroom.demo.db.Unavailable;
import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.http.Handler;
import dev.headroom.demo.http.Reply;
import dev.headroom.demo.http.Request;
import dev.headroom.demo.telemetry.TraceHeaders;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * One request's way: find the endpoint, wait for a worker, start the span, check the token, look
 * into the cache, run the action, give the connection back, wait for the emulated downstream,
 * answer.
 */
final class Pipeline implements Handler {
  private static final Logger LOG = System.getLogger(Pipeline.class.getName());
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> USER = AttributeKey.stringKey("user.id");
  private static final AttributeKey<String> TENANT = AttributeKey.stringKey("demo.tenant.id");

  private final List<Endpoint> endpoints;
  private final Services services;
  private final AtomicInteger running = new AtomicInteger();

  /** What the pipeline works with. */
  record Services(
      String replica,
      Faults faults,
      Workers workers,
      Tokens tokens,
      Database database,
      TenantCache cache,
      Downstream downstream,
      Tracer tracer,
      AccessLog log,
      BooleanSupplier draining,
      LongSupplier nanos) {}

  Pipeline(List<Endpoint> endpoints, Services services) {
    this.endpoints = List.copyOf(endpoints);
    this.services = services;
  }

  /** Requests that have come in and are not answered yet. */
  int running() {
    return running.get();
  }

  @Override
  public Reply handle(Request request) {
    long start = services.nanos.getAsLong();
    running.incrementAndGet();
    try {
      List<String> path = Template.split(request.path());
      boolean pathExists = false;
      for (Endpoint endpoint : endpoints) {
        Optional<Map<String, String>> variables = endpoint.template().match(path);
        if (variables.isEmpty()) {
          continue;
        }
        pathExists = true;
        if (serves(endpoint, request)) {
          Reply reply = finish(queue(endpoint, request, variables.get()));
          services.log.write(endpoint.name(), reply.status(), services.nanos.getAsLong() - start);
          return reply;
        }
      }
      return finish(
          pathExists
              ? problem(405, request.method() + " is not possible here")
              : problem(404, request.path() + " not found"));
    } finally {
      running.decrementAndGet();
    }
  }

  private static boolean serves(Endpoint endpoint, Request request) {
    return endpoint.method().equals(request.method())
        || (request.method().equals("HEAD") && endpoint.method().equals("GET"));
  }

  private Reply finish(Reply reply) {
    Reply named = reply.with("X-Replica", services.replica);
    return services.draining.getAsBoolean() ? named.with("Connection", "close") : named;
  }

  private Reply queue(Endpoint endpoint, Request request, Map<String, String> variables) {
    if (endpoint.has(Endpoint.Trait.UNLIMITED)) {
      return traced(endpoint, request, variables);
    }
    Optional<Workers.Slot> slot = services.workers.enter();
    if (slot.isEmpty()) {
      return problem(503, "all workers are busy").with("Retry-After", "1");
    }
    try (Workers.Slot worker = slot.get()) {
      return traced(endpoint, request, variables);
    }
  }

  private Reply traced(Endpoint endpoint, Request request, Map<String, String> variables) {
    Context caller = TraceHeaders.parse(request.header("traceparent"));
    Span span =
        services
            .tracer
            .spanBuilder(endpoint.name())
            .setParent(caller)
            .setSpanKind(SpanKind.SERVER)
            .setAttribute(METHOD, request.method())
            .setAttribute(ROUTE, endpoint.template().text())
            .setAttribute(PATH, request.path())
            .startSpan();
    try {
      Reply reply = answered(endpoint, request, variables, caller.with(span), span);
      span.setAttribute(STATUS, reply.status());
      if (reply.status() >= 500) {
        span.setStatus(StatusCode.ERROR);
      }
      return reply;
    } finally {
      span.end();
    }
  }

  private Reply answered(
      Endpoint endpoint, Request request, Map<String, String> variables, Context trace, Span span) {
    try {
      return run(endpoint, request, variables, trace, span);
    } catch (Refusal e) {
      return problem(e.status(), e.reason());
    } catch (Unavailable e) {
      span.recordException(e);
      LOG.log(Level.WARNING, "{0}: {1}", endpoint.name(), e.getMessage());
      return problem(503, "try again: " + e.getMessage()).with("Retry-After", "1");
    } catch (RuntimeException e) {
      span.recordException(e);
      LOG.log(Level.ERROR, endpoint.name() + " failed", e);
      return problem(500, "internal error");
    }
  }

  private Reply run(
      Endpoint endpoint, Request request, Map<String, String> variables, Context trace, Span span) {
    Identity identity =
        endpoint.has(Endpoint.Trait.OPEN)
            ? Identity.NOBODY
            : identify(request).orElseThrow(Pipeline::noToken);
    if (!identity.isNobody() && span.isRecording()) {
      span.setAttribute(USER, Long.toString(identity.user()));
      span.setAttribute(TENANT, Long.toString(identity.tenant()));
    }
    String key = identity.isNobody() ? "" : "user-" + identity.user();
    Downstream.Meter meter = new Downstream.Meter();
    try (Session session = services.database.session(key, trace)) {
      Call call = new Call(request, variables, identity, session, trace, meter);
      Reply reply =
          endpoint.cached().isPresent() && services.faults.off(endpoint.cached().get())
              ? services.cache.answer(call, () -> act(endpoint, call))
              : act(endpoint, call);
      if (!endpoint.method().equals("GET") && !identity.isNobody()) {
        services.cache.wrote(identity);
      }
      return meter.millis() == 0
          ? reply
          : reply.with("X-Emulated-Wait-Ms", Long.toString(meter.millis()));
    }
  }

  private Reply act(Endpoint endpoint, Call call) {
    Reply reply = endpoint.action().run(call);
    boolean holds =
        endpoint.has(Endpoint.Trait.HOLDS_CONNECTION) && services.faults.on(Fault.POOL_TOO_SMALL);
    if (!holds) {
      call.session().release();
    }
    services.downstream.call(endpoint, call.trace(), call.downstream());
    return reply;
  }

  private Optional<Identity> identify(Request request) {
    return request
        .header("Authorization")
        .filter(header -> header.startsWith("Bearer "))
        .flatMap(header -> services.tokens.verify(header.substring(7)));
  }

  private static Refusal noToken() {
    return new Refusal(401, "a valid token is needed (POST /api/login gives one)");
  }

  private static Reply problem(int status, String message) {
    return Reply.json(status, Json.bytes(Map.of("error", message)));
  }
}
