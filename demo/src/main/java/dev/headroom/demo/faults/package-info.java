/** The switches of {@code faults.yaml}. Start with {@code Faults}. */
@NullMarked
package dev.headroom.demo.faults;

import org.jspecify.annotations.NullMarked;
