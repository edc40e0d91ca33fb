package dev.headroom.runtime;

import java.net.InetSocketAddress;

/** A replica that may be sent requests. */
public record ReadyReplica(String instance, InetSocketAddress address) {}
