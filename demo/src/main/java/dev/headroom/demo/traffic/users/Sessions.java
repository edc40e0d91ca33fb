package dev.headroom.demo.traffic.users;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Who is logged in. Thread-safe. */
final class Sessions {
  private final List<Session> open = new ArrayList<>();
  private final Set<Integer> accounts = new HashSet<>();

  /** Someone who is logged in; empty when nobody is. */
  synchronized Optional<Session> any(RandomGenerator random, long now) {
    while (!open.isEmpty()) {
      int place = random.nextInt(open.size());
      Session session = open.get(place);
      if (session.endsAt() - now > 0) {
        return Optional.of(session);
      }
      removeAt(place);
    }
    return Optional.empty();
  }

  /** Lets {@code session} begin, and others end while there are more than {@code most}. */
  synchronized void add(Session session, int most, RandomGenerator random) {
    accounts.add(session.account());
    open.add(session);
    while (open.size() > Math.max(1, most)) {
      removeAt(random.nextInt(open.size() - 1));
    }
  }

  synchronized void end(Session session) {
    int place = open.indexOf(session);
    if (place >= 0) {
      removeAt(place);
    }
  }

  synchronized boolean has(int account) {
    return accounts.contains(account);
  }

  synchronized int size() {
    return open.size();
  }

  private void removeAt(int place) {
    // The order means nothing, so the last one may fill the gap.
    Session last = open.removeLast();
    Session removed = place == open.size() ? last : open.set(place, last);
    accounts.remove(removed.account());
  }
}
