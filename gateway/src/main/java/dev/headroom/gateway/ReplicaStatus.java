package dev.headroom.gateway;

import java.net.InetSocketAddress;

/**
 * A replica as the gateway sees it now.
 *
 * @param state healthy, unhealthy, unknown, ejected or draining
 * @param held taken out by {@link Gateway#drain} until {@link Gateway#resume}
 * @param running requests that are there now
 */
public record ReplicaStatus(
    String service,
    String instance,
    InetSocketAddress address,
    String state,
    boolean held,
    int running) {}
