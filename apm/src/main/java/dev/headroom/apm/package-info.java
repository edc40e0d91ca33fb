/**
 * Takes telemetry in, keeps it, answers questions about it. Start with {@link
 * dev.headroom.apm.TelemetryQueries}, what the console and the autoscaler ask.
 */
@NullMarked
package dev.headroom.apm;

import org.jspecify.annotations.NullMarked;
