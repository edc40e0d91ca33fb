/**
 * The open-loop traffic of the sample application. Start with {@link
 * dev.headroom.demo.traffic.Traffic}; {@code TrafficRun} wires it.
 */
@NullMarked
package dev.headroom.demo.traffic;

import org.jspecify.annotations.NullMarked;
