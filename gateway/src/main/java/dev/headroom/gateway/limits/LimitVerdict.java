package dev.headroom.gateway.limits;

import dev.headroom.gateway.http.AddedFields;
import io.netty.buffer.ByteBuf;

/**
 * What the rules say of one request. Reused from request to request of a connection; not
 * thread-safe. At most 64 rules, as {@code spec} sees to.
 */
public final class LimitVerdict implements AddedFields {
  private static final long SECOND = 1_000_000_000L;

  private Limiter limiter = Limiter.NONE;
  private long allowed;
  private long observed;
  private int refusedBy = -1;
  private int tightest = -1;
  private long left;

  /** Hears what each rule said. */
  public interface Listener {
    void limited(LimitRule rule, Outcome outcome);
  }

  /** What one rule says of one request. */
  public enum Outcome {
    ALLOWED,
    LIMITED,
    /** Would be refused if the rule did more than observe. */
    OBSERVED
  }

  void clear(Limiter next) {
    limiter = next;
    allowed = 0;
    observed = 0;
    refusedBy = -1;
    tightest = -1;
    left = Long.MAX_VALUE;
  }

  /** No rule has said anything. */
  public void clear() {
    clear(Limiter.NONE);
  }

  void allowed(int rule, long remaining) {
    allowed |= 1L << rule;
    if (limiter.rule(rule).observes()) {
      return;
    }
    long requests = remaining / limiter.rule(rule).table().cost();
    if (tightest < 0 || requests < left / limiter.rule(tightest).table().cost()) {
      tightest = rule;
      left = remaining;
    }
  }

  void observed(int rule) {
    observed |= 1L << rule;
  }

  void refused(int rule, long missing) {
    refusedBy = rule;
    tightest = rule;
    left = missing;
  }

  boolean isAllowedBy(int rule) {
    return (allowed & 1L << rule) != 0;
  }

  void forgetAllowed() {
    allowed = 0;
  }

  public boolean isRefused() {
    return refusedBy >= 0;
  }

  /** Words for the answer. */
  public String detail() {
    return "over the limit " + limiter.rule(refusedBy).label();
  }

  /** Tells what each rule that matched has said. */
  public void tell(Listener listener) {
    if (refusedBy >= 0) {
      listener.limited(limiter.rule(refusedBy), Outcome.LIMITED);
    }
    tell(allowed, Outcome.ALLOWED, listener);
    tell(observed, Outcome.OBSERVED, listener);
  }

  private void tell(long rules, Outcome outcome, Listener listener) {
    for (long rest = rules; rest != 0; rest &= rest - 1) {
      listener.limited(limiter.rule(Long.numberOfTrailingZeros(rest)), outcome);
    }
  }

  /**
   * {@code RateLimit} and {@code RateLimit-Policy} of the rule that leaves least
   * (draft-ietf-httpapi-ratelimit-headers-10), and {@code Retry-After} of one that refuses.
   */
  @Override
  public void writeTo(ByteBuf out) {
    if (tightest < 0) {
      return;
    }
    LimitRule rule = limiter.rule(tightest);
    AddedFields.write(out, rule.policyField());
    AddedFields.write(out, rule.remainingField());
    long remaining = Math.max(0, left) / rule.table().cost();
    long reset = isRefused() ? seconds(-left) : seconds(rule.table().tolerance() - left);
    AddedFields.write(out, remaining);
    AddedFields.write(out, ";t=");
    AddedFields.write(out, reset);
    AddedFields.write(out, "\r\n");
    if (isRefused()) {
      AddedFields.write(out, "Retry-After: " + reset + "\r\n");
    }
  }

  private static long seconds(long nanos) {
    return Math.max(1, (nanos + SECOND - 1) / SECOND);
  }
}
