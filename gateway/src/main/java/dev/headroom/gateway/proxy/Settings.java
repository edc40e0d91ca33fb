package dev.headroom.gateway.proxy;

/** What the document says and a request needs; replaced as a whole when the document changes. */
public record Settings(RouteTable routes, Timeouts timeouts) {}
