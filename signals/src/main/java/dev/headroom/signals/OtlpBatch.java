package dev.headroom.signals;

/**
 * What came out of an OTLP request.
 *
 * @param rejected items left out, each for a reason of its own
 * @param rejection the first of these reasons; empty when there is none
 */
public record OtlpBatch(Telemetry telemetry, long rejected, String rejection) {}
