package dev.headroom.apm.alerts;

import dev.headroom.apm.Endpoint;
import java.util.Optional;

/**
 * What an alert reads of one subject.
 *
 * @param endpoint whom it is about; empty: all requests that the alert looks at
 * @param value seconds, a fraction, requests per second, or a burn rate
 * @param text the value as people read it
 * @param severity {@code page} or {@code ticket}
 */
public record Reading(
    Optional<Endpoint> endpoint, double value, String text, boolean holds, String severity) {

  static final String PAGE = "page";
  static final String TICKET = "ticket";

  public String subject() {
    return endpoint.map(Endpoint::toString).orElse("");
  }
}
