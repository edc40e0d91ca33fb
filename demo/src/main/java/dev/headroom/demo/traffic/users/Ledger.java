package dev.headroom.demo.traffic.users;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The ids that the application has acknowledged and that must therefore be there. Thread-safe. */
final class Ledger {
  private final Map<Long, Tenant> issues = new ConcurrentHashMap<>();
  private final Map<Long, Comments> comments = new ConcurrentHashMap<>();

  /** The acknowledged comments on one issue. */
  record Comments(Tenant tenant, Set<Long> ids) {}

  void issue(Tenant tenant, long issue) {
    issues.put(issue, tenant);
  }

  /** Someone is about to delete it; from then on neither its presence nor its absence is wrong. */
  void giveUp(long issue) {
    issues.remove(issue);
  }

  void comment(Tenant tenant, long issue, long comment) {
    comments
        .computeIfAbsent(issue, _ -> new Comments(tenant, ConcurrentHashMap.newKeySet()))
        .ids()
        .add(comment);
  }

  /** How many comments on one issue are in here. */
  int commentsOn(long issue) {
    Comments written = comments.get(issue);
    return written == null ? 0 : written.ids().size();
  }

  Map<Long, Tenant> issues() {
    return issues;
  }

  /** By issue. */
  Map<Long, Comments> comments() {
    return comments;
  }
}
