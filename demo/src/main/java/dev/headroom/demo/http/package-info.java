/**
 * A small HTTP/1.1 and WebSocket server: Netty at the socket, one virtual thread per request. Start
 * with {@code HttpServer}.
 */
@NullMarked
package dev.headroom.demo.http;

import org.jspecify.annotations.NullMarked;
