/**
 * The replicas behind the gateway: which there are, which are healthy, and which one gets the next
 * request. Start with {@link dev.headroom.gateway.upstream.Cluster}.
 */
@NullMarked
package dev.headroom.gateway.upstream;

import org.jspecify.annotations.NullMarked;
