/** Certificates for clients that come over TLS. */
@NullMarked
package dev.headroom.gateway.tls;

import org.jspecify.annotations.NullMarked;
