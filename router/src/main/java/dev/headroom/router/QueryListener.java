package dev.headroom.router;

import dev.headroom.signals.QuerySample;

/**
 * Is told of every statement, with the client's real values in {@link QuerySample#call}. Called on
 * an event loop, of several at once: must return at once, and must not keep the call, which holds
 * the client's whole message; {@code call().parameters()} is a bounded copy.
 */
@FunctionalInterface
public interface QueryListener {

  /** Listens to nothing. */
  QueryListener NONE = sample -> {};

  void sampled(QuerySample sample);
}
