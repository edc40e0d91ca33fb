/** Missing indexes: {@link dev.headroom.advisor.index.IndexSearch}. */
@NullMarked
package dev.headroom.advisor.index;

import org.jspecify.annotations.NullMarked;
