package dev.headroom.gateway.limits;

import dev.headroom.gateway.LimitStatus.Offender;
import dev.headroom.gateway.http.PathPattern;
import dev.headroom.gateway.identity.Caller;
import dev.headroom.gateway.identity.ClientAddress;
import dev.headroom.spec.CallerKind;
import dev.headroom.spec.RateLimitSpec;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One rule of {@code rateLimits} with the callers that it counts. Thread-safe. */
public final class LimitRule {
  private static final int MOST_OFFENDERS = 10;
  private static final int RECENT_CELLS = 60;

  private final RateLimitSpec spec;
  private final @Nullable CallerKind fallback;
  private final PathPattern path;
  private final Set<String> methods;
  private final GcraTable table;
  private final String policyField;
  private final String remainingField;
  private final Offenders offenders = new Offenders();
  private final RecentOffenders recent = new RecentOffenders(RECENT_CELLS);

  /**
   * @param verifies whether the document verifies anybody
   */
  LimitRule(RateLimitSpec spec, boolean verifies) {
    this.spec = spec;
    this.fallback = spec.fallback().orElse(verifies ? null : CallerKind.IP);
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

  /** The name that answers and figures have. */
  public String label() {
    return spec.label();
  }

  /** It refuses nothing. */
  public boolean observes() {
    return spec.observe();
  }

  boolean matches(String canonicalPath, String method) {
    return path.matches(canonicalPath) && (methods.isEmpty() || methods.contains(method));
  }

  /** What of the caller it counts; null when the caller is none of its concern. */
  @Nullable CallerKind kind(Caller caller) {
    return switch (spec.key()) {
      case IP -> CallerKind.IP;
      case ANONYMOUS -> caller.isKnown() ? null : CallerKind.IP;
      case USER, TENANT, KEY -> {
        if (caller.hash(spec.key()) != 0) {
          yield spec.key();
        }
        boolean counted =
            fallback == CallerKind.IP || (fallback != null && caller.hash(fallback) != 0);
        yield counted ? fallback : null;
      }
    };
  }

  static long key(CallerKind kind, Caller caller, ClientAddress address) {
    return kind == CallerKind.IP ? address.hash() : caller.hash(kind);
  }

  /** The same rule, in a document that verifies as this one's does. */
  boolean isOf(RateLimitSpec other, boolean verifies) {
    return spec.equals(other)
        && fallback == other.fallback().orElse(verifies ? null : CallerKind.IP);
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

  Offenders offenders() {
    return offenders;
  }

  /** Who was refused most since the last call, which is made once a cell. */
  public List<Offender> drainOffenders() {
    List<Offender> worst = offenders.drain(MOST_OFFENDERS);
    recent.add(worst);
    return worst;
  }

  /** Who was refused most in the last five minutes. */
  public List<Offender> recentOffenders() {
    return recent.worst(MOST_OFFENDERS);
  }

  /** How many callers it is counting. */
  public int callers(long now) {
    return table.callers(now);
  }
}
