package dev.headroom.router.statement;

import dev.headroom.signals.TraceContext;
import dev.headroom.sql.SqlTokens;
import java.util.Optional;

/**
 * What a comment of sqlcommenter's form says of one call.
 *
 * @param route the endpoint that asks
 */
public record Tags(Optional<TraceContext> trace, Optional<String> route) {
  public static final Tags NONE = new Tags(Optional.empty(), Optional.empty());

  /** Of all comments of a text. */
  static Tags of(SqlTokens tokens) {
    Optional<TraceContext> trace = tokens.traceparent().flatMap(TraceContext::parse);
    Optional<String> route = tokens.tag("route");
    if (route.isEmpty()) {
      route =
          tokens
              .tag("controller")
              .map(name -> name + tokens.tag("action").map(action -> "#" + action).orElse(""));
    }
    return trace.isEmpty() && route.isEmpty() ? NONE : new Tags(trace, route);
  }

  /** What still holds when the statement is executed again: the trace was another one. */
  public Tags again() {
    return trace.isEmpty() ? this : new Tags(Optional.empty(), route);
  }

  boolean isNone() {
    return trace.isEmpty() && route.isEmpty();
  }

  /** These, completed by {@code other}. */
  public Tags or(Tags other) {
    return isNone() ? other : this;
  }
}
