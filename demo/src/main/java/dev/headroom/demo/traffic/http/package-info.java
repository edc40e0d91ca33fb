/**
 * A small blocking HTTP/1.1 client for virtual threads, with keep-alive. Start with {@link
 * dev.headroom.demo.traffic.http.HttpClient}.
 */
@NullMarked
package dev.headroom.demo.traffic.http;

import org.jspecify.annotations.NullMarked;
