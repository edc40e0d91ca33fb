package dev.headroom.gateway.limits;

import dev.headroom.gateway.http.PathPattern;
import dev.headroom.gateway.identity.Caller;
import dev.headroom.gateway.identity.ClientAddress;
import dev.headroom.spec.CallerKind;
import dev.headroom.spec.RateLimitSpec;
import java.util.Set;

/** One rule of {@code rateLimits} with the callers that it counts. Thread-safe. */
public final class LimitRule {
  private final RateLimitSpec spec;
  private final PathPattern path;
  private final Set<String> methods;
  private final GcraTable table;
  private final String policyField;
  private final String remainingField;
  private final Offenders offenders = new Offenders();

  LimitRule(RateLimitSpec spec) {
    this.spec = spec;
    this.path = spec.path().map(PathPattern::of).orElse(PathPattern.ALL);
    this.methods = Set.copyOf(spec.methods());
    long cost = Math.max(1, spec.requests().period().toNanos() / spec.requests().count());
    long burst = spec.burst().isPresent() ? spec.burst().getAsInt() : spec.requests().count();
    // A tolerance that the clock cannot hold is as good as one of a century.
    this.table = new GcraTable(cost, Math.min(burst, (3L << 60) / cost));
    this.policyField =
        "RateLimit-Policy: \"%s\";q=%d;w=%d\r\n"
            .formatted(spec.label(), spec.requests().count(), spec.requests().period().toSeconds());
    this.remainingField = "RateLimit: \"" + spec.label() + "\";r=";
  }

  RateLimitSpec spec() {
    return spec;
  }

  /** The name that answers and figures have. */
  public String label() {
    return spec.label();
  }

  boolean observes() {
    return spec.observe();
  }

  boolean matches(String canonicalPath, String method) {
    return path.matches(canonicalPath) && (methods.isEmpty() || methods.contains(method));
  }

  /** Whom of the two it counts. */
  CallerKind kind(Caller caller) {
    if (spec.key() == CallerKind.IP || caller.hash(spec.key()) != 0) {
      return spec.key();
    }
    return spec.fallback() != CallerKind.IP && caller.hash(spec.fallback()) != 0
        ? spec.fallback()
        : CallerKind.IP;
  }

  long key(Caller caller, ClientAddress address) {
    CallerKind kind = kind(caller);
    return kind == CallerKind.IP ? address.hash() : caller.hash(kind);
  }

  GcraTable table() {
    return table;
  }

  String policyField() {
    return policyField;
  }

  String remainingField() {
    return remainingField;
  }

  /** Who has been refused most. */
  public Offenders offenders() {
    return offenders;
  }

  /** How many callers it is counting. */
  public int callers(long now) {
    return table.callers(now);
  }
}
