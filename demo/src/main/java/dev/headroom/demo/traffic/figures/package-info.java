/** What was measured. Start with {@link dev.headroom.demo.traffic.figures.Figures}. */
@NullMarked
package dev.headroom.demo.traffic.figures;

import org.jspecify.annotations.NullMarked;
