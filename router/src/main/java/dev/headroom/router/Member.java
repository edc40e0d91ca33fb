package dev.headroom.router;

import java.net.InetSocketAddress;

/**
 * A PostgreSQL server of the cluster; which role it has is for the router to find out.
 *
 * @param name for example {@code pg-2}
 */
public record Member(String name, InetSocketAddress address) {}
