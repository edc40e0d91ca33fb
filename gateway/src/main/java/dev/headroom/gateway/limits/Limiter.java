package dev.headroom.gateway.limits;

import dev.headroom.gateway.identity.Caller;
import dev.headroom.gateway.identity.ClientAddress;
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

  /** Of a document; rules that have not changed go on counting where they were. */
  public static Limiter of(List<RateLimitSpec> specs, Limiter previous) {
    List<LimitRule> rules = new ArrayList<>();
    for (RateLimitSpec spec : specs) {
      LimitRule rule = new LimitRule(spec);
      for (LimitRule old : previous.rules) {
        if (old.spec().equals(spec)) {
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
      long key = rule.key(caller, address);
      long left = rule.table().take(key, now);
      if (left >= 0) {
        verdict.allowed(i, left);
      } else {
        rule.offenders().refused(key, caller, rule.kind(caller), address);
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
      if (verdict.isAllowedBy(i)) {
        rules[i].table().giveBack(rules[i].key(caller, address));
      }
    }
    verdict.forgetAllowed();
  }

  LimitRule rule(int index) {
    return rules[index];
  }
}
