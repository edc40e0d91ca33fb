/**
 * Bytes between client and replica, on Netty's event loops. Client connection, exchange and
 * upstream connection of one request live on one loop, so none of them has a lock. Start with
 * {@link dev.headroom.gateway.proxy.Edge}, then {@link dev.headroom.gateway.proxy.ClientConnection}
 * and {@link dev.headroom.gateway.proxy.ProxyExchange}.
 */
@NullMarked
package dev.headroom.gateway.proxy;

import org.jspecify.annotations.NullMarked;
