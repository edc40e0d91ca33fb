/**
 * What to fix in the database and at the endpoints, each proposal verified before it is shown.
 * Start with {@link dev.headroom.advisor.Advisor}, which turns a database and what was observed of
 * it into an {@link dev.headroom.advisor.AdviceReport}.
 */
@NullMarked
package dev.headroom.advisor;

import org.jspecify.annotations.NullMarked;
