/** EXPLAIN's answers: {@link dev.headroom.advisor.plan.Plan}, and what they mean in words. */
@NullMarked
package dev.headroom.advisor.plan;

import org.jspecify.annotations.NullMarked;
