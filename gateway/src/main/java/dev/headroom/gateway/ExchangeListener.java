package dev.headroom.gateway;

import dev.headroom.signals.Exchange;

/**
 * Hears of every exchange when its last byte is written, for example to write an access log. Called
 * on an event loop: must not block and not throw.
 */
@FunctionalInterface
public interface ExchangeListener {

  /** Nobody listens. */
  ExchangeListener NONE = exchange -> {};

  void finished(Exchange exchange);
}
