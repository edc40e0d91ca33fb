package dev.headroom.gateway.limits;

import dev.headroom.gateway.identity.Caller;
import dev.headroom.gateway.identity.ClientAddress;
import dev.headroom.spec.CallerKind;
import dev.headroom.spec.RateLimitSpec;
import java.util.ArrayList;
import java.util.List;

/** The rules of a document. Thread-safe. */
public final class Limiter {
  /** Limits nothing. */
  public static final Limiter NONE = new Limiter(new LimitRule[0]);

  private final LimitRule[] rules;

  private Limiter(LimitRule[] rules) {
    this.rules = rules;
  }

  /**
   * Of a document; rules that have not changed go on counting where they were.
   *
   * @param verifies whether the document verifies anybody
   */
  public static Limiter of(List<RateLimitSpec> specs, boolean verifies, Limiter previous) {
    List<LimitRule> rules = new ArrayList<>();
    for (RateLimitSpec spec : specs) {
      LimitRule rule = new LimitRule(spec, verifies);
      for (LimitRule old : previous.rules) {
        if (old.isOf(spec, verifies)) {
          rule = old;
        }
      }
      rules.add(rule);
    }
    return new Limiter(rules.toArray(LimitRule[]::new));
  }

  public boolean isEmpty() {
    return rules.length == 0;
  }

  public List<LimitRule> rules() {
    return List.of(rules);
  }

  /**
   * Counts a request with every rule that matches, or with none when one refuses it.
   *
   * @param path canonical: see {@link dev.headroom.gateway.http.PathPattern#canonical}
   */
  public void check(
      Caller caller,
      ClientAddress address,
      String path,
      String method,
      long now,
      LimitVerdict verdict) {
    verdict.clear(this);
    for (int i = 0; i < rules.length; i++) {
      LimitRule rule = rules[i];
      if (!rule.matches(path, method)) {
        continue;
      }
      CallerKind kind = rule.kind(caller);
      if (kind == null) {
        continue;
      }
      long key = LimitRule.key(kind, caller, address);
      long left = rule.table().take(key, now);
      if (left >= 0) {
        verdict.allowed(i, left);
      } else {
        rule.offenders().refused(key, caller, kind, address);
        if (rule.observes()) {
          verdict.observed(i);
        } else {
          verdict.refused(i, left);
          giveBack(verdict, caller, address);
          return;
        }
      }
    }
  }

  private void giveBack(LimitVerdict verdict, Caller caller, ClientAddress address) {
    for (int i = 0; i < rules.length; i++) {
      CallerKind kind = verdict.isAllowedBy(i) ? rules[i].kind(caller) : null;
      if (kind != null) {
        rules[i].table().giveBack(LimitRule.key(kind, caller, address));
      }
    }
    verdict.forgetAllowed();
  }

  LimitRule rule(int index) {
    return rules[index];
  }
}
