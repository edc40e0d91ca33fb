package dev.headroom.gateway.accesslog;

import dev.headroom.gateway.http.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * What a request's head says and its {@link dev.headroom.signals.Exchange} does not; taken before
 * the head is used for the next one.
 *
 * @param target with the query
 */
public record Asked(
    String address,
    String host,
    String target,
    String protocol,
    @Nullable String referer,
    @Nullable String userAgent) {

  static Asked of(String address, RequestHead head, String protocol) {
    return new Asked(
        address,
        head.host(),
        head.target(),
        protocol,
        head.field("referer"),
        head.field("user-agent"));
  }
}
