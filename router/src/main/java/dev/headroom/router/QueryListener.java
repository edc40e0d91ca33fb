package dev.headroom.router;

import dev.headroom.signals.QuerySample;

/** Is told of every statement. Called on an event loop: must return at once. */
@FunctionalInterface
public interface QueryListener {

  /** Listens to nothing. */
  QueryListener NONE = sample -> {};

  void sampled(QuerySample sample);
}
