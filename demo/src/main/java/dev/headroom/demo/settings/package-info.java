/** What the processes read from their environment, and how they say that it is wrong. */
@NullMarked
package dev.headroom.demo.settings;

import org.jspecify.annotations.NullMarked;
