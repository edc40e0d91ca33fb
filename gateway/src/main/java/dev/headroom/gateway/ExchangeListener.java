package dev.headroom.gateway;

import dev.headroom.signals.Exchange;

/**
 * Hears of every exchange when its last byte is written, for example to write an access log. Called
 * on an event loop: must not block and not throw.
 */
@FunctionalInterface
public interface ExchangeListener {

  /** Nobody listens. */
  ExchangeListener NONE = (exchange, tenant, user) -> {};

  /**
   * One exchange is over.
   *
   * @param tenant of the caller, as verified; empty when it is not known
   * @param user the caller, as verified; empty when it is not known. Neither is for telemetry.
   */
  void finished(Exchange exchange, String tenant, String user);
}
