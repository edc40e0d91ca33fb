package dev.headroom.demo.traffic.users;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;

/** A bounded number of ids that someone came across. Thread-safe. */
final class IdPool {
  private final int capacity;
  private final List<Long> ids = new ArrayList<>();
  private final Set<Long> known = new HashSet<>();

  IdPool(int capacity) {
    this.capacity = capacity;
  }

  synchronized void add(long id) {
    if (!known.add(id)) {
      return;
    }
    if (ids.size() < capacity) {
      ids.add(id);
    } else {
      // The lower half is what is popular and stays; the upper half turns over.
      int place = capacity / 2 + (int) Math.floorMod(id, (long) capacity - capacity / 2);
      known.remove(ids.set(place, id));
    }
  }

  synchronized void remove(long id) {
    if (known.remove(id)) {
      ids.remove(id);
    }
  }

  /** One of them: the first a few times as often as the last, since some things are popular. */
  synchronized OptionalLong pick(RandomGenerator random) {
    if (ids.isEmpty()) {
      return OptionalLong.empty();
    }
    double point = random.nextDouble();
    return OptionalLong.of(ids.get((int) (point * point * ids.size())));
  }

  synchronized int size() {
    return ids.size();
  }
}
