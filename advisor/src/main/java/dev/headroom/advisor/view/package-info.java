/** Aggregates that want a materialised view: {@link dev.headroom.advisor.view.ViewSearch}. */
@NullMarked
package dev.headroom.advisor.view;

import org.jspecify.annotations.NullMarked;
