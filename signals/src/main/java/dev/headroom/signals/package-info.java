/**
 * What is measured, as data: spans, metrics, log records and events in OpenTelemetry's terms, the
 * latency sketch, and OTLP in and out. Everything measured travels one way, as {@link
 * dev.headroom.signals.Telemetry} to a {@link dev.headroom.signals.TelemetryConsumer}; {@link
 * dev.headroom.signals.Vocabulary} names it.
 */
@NullMarked
package dev.headroom.signals;

import org.jspecify.annotations.NullMarked;
