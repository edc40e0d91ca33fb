/** The part of Prometheus's query language that is understood; {@link PromQl} first. */
@NullMarked
package dev.headroom.apm.promql;

import org.jspecify.annotations.NullMarked;
