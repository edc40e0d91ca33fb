/**
 * Who is primary, which replica has replayed what, what the catalogs say. Blocking connections on
 * virtual threads; everything read by event loops is an immutable snapshot. Start with {@link
 * dev.headroom.router.cluster.Cluster}.
 */
@NullMarked
package dev.headroom.router.cluster;

import org.jspecify.annotations.NullMarked;
