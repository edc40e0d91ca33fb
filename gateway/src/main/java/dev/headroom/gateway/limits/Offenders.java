package dev.headroom.gateway.limits;

import dev.headroom.gateway.LimitStatus.Offender;
import dev.headroom.gateway.identity.Caller;
import dev.headroom.gateway.identity.ClientAddress;
import dev.headroom.spec.CallerKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who has been refused most, by the space-saving sketch (Metwally, Agrawal, El Abbadi 2005): a
 * newcomer takes the place of the one with the lowest count and goes on from it, so that heavy
 * offenders are found among any number of light ones. Thread-safe.
 */
final class Offenders {
  private static final int PLACES = 64;

  private final Map<Long, Entry> entries = new HashMap<>();

  private static final class Entry {
    private final String caller;
    private long count;
    private long since;

    Entry(String caller, long count) {
      this.caller = caller;
      this.count = count;
      this.since = count;
    }
  }

  synchronized void refused(long key, Caller caller, CallerKind kind, ClientAddress address) {
    Entry entry = entries.get(key);
    if (entry == null) {
      long floor = 0;
      if (entries.size() == PLACES) {
        Map.Entry<Long, Entry> least =
            entries.entrySet().stream()
                .min(Comparator.comparingLong(each -> each.getValue().count))
                .orElseThrow();
        floor = least.getValue().count;
        entries.remove(least.getKey());
      }
      entry = new Entry(caller.label(kind, address.text()), floor);
      entries.put(key, entry);
    }
    entry.count++;
  }

  /** The worst since the last call, at most so many, and a new beginning. */
  synchronized List<Offender> drain(int most) {
    List<Offender> worst = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (entry.count > entry.since) {
        worst.add(new Offender(entry.caller, entry.count - entry.since));
      }
    }
    entries.clear();
    worst.sort(Comparator.comparingLong(Offender::refused).reversed());
    return worst.size() <= most ? worst : List.copyOf(worst.subList(0, most));
  }
}
