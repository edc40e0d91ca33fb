/**
 * HTTP/1.1 messages as bytes: strict parsing of heads and bodies, and their rewriting for the other
 * side. No I/O happens here. Start with {@link dev.headroom.gateway.http.RequestHead}.
 */
@NullMarked
package dev.headroom.gateway.http;

import org.jspecify.annotations.NullMarked;
