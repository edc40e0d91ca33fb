/** Spans and metrics by the OpenTelemetry SDK. Start with {@code Telemetry}. */
@NullMarked
package dev.headroom.demo.telemetry;

import org.jspecify.annotations.NullMarked;
