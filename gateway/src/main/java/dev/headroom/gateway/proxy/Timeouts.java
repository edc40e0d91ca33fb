package dev.headroom.gateway.proxy;

import dev.headroom.spec.GatewaySpec;
import java.time.Duration;

/**
 * How long the gateway waits for whom.
 *
 * @param head for a client to finish a request head that it has begun (slowloris)
 * @param body for a client's next piece of a request body, and for its taking the next piece of a
 *     response
 * @param idle for a client's next request
 * @param connect for a replica to accept a connection
 * @param response for a replica to begin its response, once it has the request
 * @param silence for a replica's next piece of a response; long, since event streams are quiet
 * @param pooled how long an upstream connection may lie unused; under the 5 s after which Node.js,
 *     the earliest of the common servers, closes it
 * @param tunnel how long a WebSocket may be silent
 * @param linger for a client to take the last response before its connection goes
 */
public record Timeouts(
    Duration head,
    Duration body,
    Duration idle,
    Duration connect,
    Duration response,
    Duration silence,
    Duration pooled,
    Duration tunnel,
    Duration linger) {

  /** The document's where it has them. */
  public static Timeouts of(GatewaySpec spec) {
    return new Timeouts(
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        spec.idleTimeout(),
        spec.connectTimeout(),
        spec.responseTimeout(),
        Duration.ofMinutes(5),
        Duration.ofSeconds(4),
        Duration.ofHours(1),
        Duration.ofSeconds(2));
  }
}
