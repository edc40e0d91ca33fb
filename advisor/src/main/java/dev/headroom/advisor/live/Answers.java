package dev.headroom.advisor.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells endpoints whose answers repeat, and for how long an answer stays right. Two answers are
 * taken for the same when path, caller's tenant, the statements behind them with all their values,
 * the rows that those gave and the size of the answer are the same. Not thread-safe.
 */
final class Answers {
  private static final int KEYS = 20_000;
  private static final int FORMER = 16;

  /** A cache that keeps answers for the shortest time that is proposed would still have it. */
  private static final long KEPT_NANOS = Ages.SHORTEST.plus(Observed.STALE).toNanos();

  /** One endpoint. */
  static final class Endpoint {
    final String service;
    final String method;
    final String route;
    long requests;
    long traced;
    long repeated;
    long changed;
    long writes;
    /* Requests for which a cache per tenant, or one per user, would have had an answer. */
    long keptForTenant;
    long keptForUser;
    double nanos;
    double tracedNanos;
    boolean tenants;
    boolean users;
    /* How often two users of one tenant had the same answer, and how often it was who asked that
    made another one. */
    long sharedByUsers;
    long differByUser;
    final Ages ages = new Ages();

    private Endpoint(String service, String method, String route) {
      this.service = service;
      this.method = method;
      this.route = route;
    }
  }

  /* since: when this answer was seen first */
  private record Seen(long answer, long since, Set<String> users) {}

  private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();
  private final Map<String, Seen> seen = new HashMap<>();
  private final Map<String, Long> asked = new HashMap<>();

  /**
   * @param signature of all statements and values behind the answer; 0 when they are not known
   * @param answer of the rows and the size of the answer
   */
  void answered(
      String service,
      String method,
      String route,
      String path,
      String tenant,
      String user,
      boolean traced,
      boolean writes,
      long signature,
      long answer,
      long epochNanos,
      double nanos) {
    Endpoint endpoint =
        endpoints.computeIfAbsent(
            service + " " + method + " " + route, _ -> new Endpoint(service, method, route));
    endpoint.requests++;
    endpoint.nanos += nanos;
    endpoint.tenants |= !tenant.isEmpty();
    endpoint.users |= !user.isEmpty();
    String ofTenant = endpoint.route + "\n" + path + "\n" + tenant;
    endpoint.keptForTenant += askedBefore(ofTenant, epochNanos) ? 1 : 0;
    endpoint.keptForUser += askedBefore(ofTenant + "\n" + user, epochNanos) ? 1 : 0;
    if (!traced) {
      return;
    }
    endpoint.traced++;
    endpoint.tracedNanos += nanos;
    if (writes) {
      endpoint.writes++;
      return;
    }
    if (seen.size() >= KEYS) {
      seen.clear();
    }
    String key = ofTenant + "\n" + signature;
    Seen before = seen.get(key);
    if (before == null) {
      Set<String> users = new HashSet<>();
      users.add(user);
      seen.put(key, new Seen(answer, epochNanos, users));
      noteOtherUsers(endpoint, path, tenant, user, signature);
      return;
    }
    boolean otherUser = before.users().add(user);
    boolean same = before.answer() == answer;
    endpoint.ages.compared(Duration.ofNanos(Math.max(0, epochNanos - before.since())), same);
    if (same) {
      endpoint.repeated++;
      endpoint.sharedByUsers += otherUser ? 1 : 0;
    } else {
      endpoint.changed++;
      seen.put(key, new Seen(answer, epochNanos, before.users()));
    }
    noteOtherUsers(endpoint, path, tenant, user, signature);
  }

  private boolean askedBefore(String key, long epochNanos) {
    if (asked.size() >= 2 * KEYS) {
      asked.clear();
    }
    Long before = asked.put(key, epochNanos);
    return before != null && epochNanos - before <= KEPT_NANOS;
  }

  /* What stands behind a tenant's answer of one path, now and before. */
  private static final class Signatures {
    long current;
    final Set<Long> former = new HashSet<>();
  }

  private final Map<String, Signatures> signatures = new HashMap<>();

  /*
   * A tenant's data changes as time passes, for all its users alike, and a signature that was left
   * is not seen again. One that comes back depends on who asks.
   */
  private void noteOtherUsers(
      Endpoint endpoint, String path, String tenant, String user, long signature) {
    if (user.isEmpty() || tenant.isEmpty()) {
      return;
    }
    if (signatures.size() >= KEYS) {
      signatures.clear();
    }
    String key = endpoint.route + "\n" + path + "\n" + tenant;
    Signatures of = signatures.get(key);
    if (of == null) {
      of = new Signatures();
      signatures.put(key, of);
    } else if (of.current != signature) {
      endpoint.differByUser += of.former.contains(signature) ? 1 : 0;
      if (of.former.size() < FORMER) {
        of.former.add(of.current);
      }
    }
    of.current = signature;
  }

  List<Endpoint> endpoints() {
    return new ArrayList<>(endpoints.values());
  }
}
