package dev.headroom.gateway.telemetry;

import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceContext;
import dev.headroom.signals.TraceId;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The place of each request in a trace: the caller's trace goes on, or a new one begins, and a
 * share of the new ones is sampled.
 */
public final class Traces {
  private volatile long threshold;

  /**
   * @param sampled share of new traces, 0 to 1
   */
  public Traces(double sampled) {
    sample(sampled);
  }

  /**
   * Another share from now on; any thread may say so.
   *
   * @param sampled share of new traces, 0 to 1
   */
  public void sample(double sampled) {
    // The 56 random bits of a trace id at or above the threshold: OpenTelemetry's consistent
    // probability sampling, so that whoever else samples by trace id takes the same ones.
    this.threshold = (long) ((1 - sampled) * (1L << 56));
  }

  /** The context of the gateway's own span, to be sent upstream. */
  public TraceContext next(Optional<TraceContext> caller, RandomGenerator random) {
    SpanId span = new SpanId(nonZero(random));
    if (caller.isPresent()) {
      return new TraceContext(caller.get().traceId(), span, caller.get().sampled());
    }
    long low = nonZero(random);
    boolean sampled = (low & ((1L << 56) - 1)) >= threshold;
    return new TraceContext(new TraceId(random.nextLong(), low), span, sampled);
  }

  private static long nonZero(RandomGenerator random) {
    long value = random.nextLong();
    while (value == 0) {
      value = random.nextLong();
    }
    return value;
  }
}
