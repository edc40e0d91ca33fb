/**
 * PostgreSQL in front of a primary and its replicas. {@link dev.headroom.router.Router} is the
 * component. {@code session} has the clients, {@code pool} the connections to the servers, {@code
 * statement} decides what is a read, {@code cluster} knows who the primary is and how far each
 * replica has replayed.
 */
@NullMarked
package dev.headroom.router;

import org.jspecify.annotations.NullMarked;
