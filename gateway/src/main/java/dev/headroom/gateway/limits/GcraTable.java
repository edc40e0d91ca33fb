package dev.headroom.gateway.limits;

/**
 * The generic cell rate algorithm (ITU-T I.371) for many callers.
 *
 * <p>Thread-safe: a caller's segment is locked for some nanoseconds. Nothing is allocated per
 * check.
 */
final class GcraTable {
  /*
   * Per caller one number, the theoretical arrival time (TAT): when the next request would come if
   * the caller kept exactly to the rate. A request at `now` moves it to max(TAT, now) + T, with T
   * the time that one request is worth, and is refused when that lies further ahead than tau, the
   * time that a burst is worth. A caller whose TAT has passed owes nothing and need not be known.
   *
   * Memory is bounded. Each segment is a table of sets of eight places; a caller may be in any place
   * of one set. A set that is full makes the table double, and at its largest it lets go of the one
   * who owes least: the error is then in the caller's favour.
   */
  private static final int SEGMENTS = 16;
  private static final int WAYS = 8;
  private static final int FIRST_SETS = 16;
  private static final int MOST_SETS = 16 * 1024;

  private final Segment[] segments = new Segment[SEGMENTS];
  private final long cost;
  private final long tolerance;

  /**
   * @param cost T, nanoseconds per request
   * @param burst how many at once
   */
  GcraTable(long cost, long burst) {
    this.cost = cost;
    this.tolerance = cost * burst;
    for (int i = 0; i < SEGMENTS; i++) {
      segments[i] = new Segment();
    }
  }

  /**
   * One request more.
   *
   * @param key not 0
   * @return nanoseconds that the caller has left, 0 or more; or, negative, how long to wait
   */
  long take(long key, long now) {
    return segments[(int) key & (SEGMENTS - 1)].take(key, now, cost, tolerance);
  }

  /** A request that was taken does not count, since something else refused it. */
  void giveBack(long key) {
    segments[(int) key & (SEGMENTS - 1)].giveBack(key, cost);
  }

  long cost() {
    return cost;
  }

  long tolerance() {
    return tolerance;
  }

  /** How many callers owe something. */
  int callers(long now) {
    int all = 0;
    for (Segment segment : segments) {
      all += segment.callers(now);
    }
    return all;
  }

  private static final class Segment {
    private int sets = FIRST_SETS;
    // Key and TAT in turn; a key of 0 is an empty place.
    private long[] places = new long[FIRST_SETS * WAYS * 2];

    synchronized long take(long key, long now, long cost, long tolerance) {
      int place = find(key);
      long arrival = place >= 0 && places[place + 1] - now > 0 ? places[place + 1] : now;
      long left = tolerance - (arrival - now) - cost;
      if (left < 0) {
        return left;
      }
      if (place < 0) {
        place = room(key, now);
        places[place] = key;
      }
      places[place + 1] = arrival + cost;
      return left;
    }

    synchronized void giveBack(long key, long cost) {
      int place = find(key);
      if (place >= 0) {
        places[place + 1] -= cost;
      }
    }

    synchronized int callers(long now) {
      int live = 0;
      for (int i = 0; i < places.length; i += 2) {
        if (places[i] != 0 && places[i + 1] - now > 0) {
          live++;
        }
      }
      return live;
    }

    private int first(long key) {
      return ((int) (key >>> 32) & (sets - 1)) * WAYS * 2;
    }

    private int find(long key) {
      int first = first(key);
      for (int i = first; i < first + WAYS * 2; i += 2) {
        if (places[i] == key) {
          return i;
        }
      }
      return -1;
    }

    private int room(long key, long now) {
      while (true) {
        int first = first(key);
        int least = first;
        for (int i = first; i < first + WAYS * 2; i += 2) {
          if (places[i] == 0 || places[i + 1] - now <= 0) {
            return i;
          }
          if (places[i + 1] - places[least + 1] < 0) {
            least = i;
          }
        }
        if (sets == MOST_SETS) {
          return least;
        }
        grow(now);
      }
    }

    private void grow(long now) {
      long[] old = places;
      sets *= 2;
      places = new long[sets * WAYS * 2];
      for (int i = 0; i < old.length; i += 2) {
        if (old[i] != 0 && old[i + 1] - now > 0) {
          int place = first(old[i]);
          while (places[place] != 0) {
            place += 2; // A set splits into two, so there is room in each.
          }
          places[place] = old[i];
          places[place + 1] = old[i + 1];
        }
      }
    }
  }
}
