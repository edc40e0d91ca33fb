/** The sample application, its data and its traffic. Start with {@code Demo}. */
@NullMarked
package dev.headroom.demo;

import org.jspecify.annotations.NullMarked;
