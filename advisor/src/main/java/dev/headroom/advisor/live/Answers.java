package dev.headroom.advisor.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells endpoints whose answers repeat. Two answers are taken for the same when path, caller's
 * tenant, the statements behind them with all their values, the rows that those gave and the size
 * of the answer are the same. Not thread-safe.
 */
final class Answers {
  private static final int KEYS = 20_000;

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
    double nanos;
    double tracedNanos;
    boolean tenants;
    boolean users;
    /* Whether two users of one tenant had the same answer, and whether they had another one. */
    long sharedByUsers;
    long differByUser;

    private Endpoint(String service, String method, String route) {
      this.service = service;
      this.method = method;
      this.route = route;
    }
  }

  private record Seen(long answer, Set<String> users) {}

  private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();
  private final Map<String, Seen> seen = new HashMap<>();

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
      double nanos) {
    Endpoint endpoint =
        endpoints.computeIfAbsent(
            service + " " + method + " " + route, _ -> new Endpoint(service, method, route));
    endpoint.requests++;
    endpoint.nanos += nanos;
    endpoint.tenants |= !tenant.isEmpty();
    endpoint.users |= !user.isEmpty();
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
    String key = endpoint.route + "\n" + path + "\n" + tenant + "\n" + signature;
    Seen before = seen.get(key);
    if (before == null) {
      Set<String> users = new HashSet<>();
      users.add(user);
      seen.put(key, new Seen(answer, users));
      noteOtherUsers(endpoint, path, tenant, user, signature);
      return;
    }
    boolean otherUser = before.users().add(user);
    if (before.answer() == answer) {
      endpoint.repeated++;
      endpoint.sharedByUsers += otherUser ? 1 : 0;
    } else {
      endpoint.changed++;
      seen.put(key, new Seen(answer, before.users()));
    }
    noteOtherUsers(endpoint, path, tenant, user, signature);
  }

  /* The same path and tenant with other statements or values: the answer depends on the user. */
  private final Map<String, Map<String, Long>> signatures = new HashMap<>();

  private void noteOtherUsers(
      Endpoint endpoint, String path, String tenant, String user, long signature) {
    if (user.isEmpty() || tenant.isEmpty()) {
      return;
    }
    if (signatures.size() >= KEYS) {
      signatures.clear();
    }
    Map<String, Long> byUser =
        signatures.computeIfAbsent(
            endpoint.route + "\n" + path + "\n" + tenant, _ -> new HashMap<>());
    byUser.put(user, signature);
    if (byUser.values().stream().distinct().count() > 1) {
      endpoint.differByUser++;
    }
  }

  List<Endpoint> endpoints() {
    return new ArrayList<>(endpoints.values());
  }
}
