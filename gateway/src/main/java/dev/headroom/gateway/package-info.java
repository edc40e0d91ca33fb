/**
 * HTTP in front of the application. Start with {@link dev.headroom.gateway.Gateway}; one request is
 * walked in the module's README.
 */
@NullMarked
package dev.headroom.gateway;

import org.jspecify.annotations.NullMarked;
