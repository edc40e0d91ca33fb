package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.apm.Window;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The router's pools of connections to servers, by member. */
final class Pools {
  private static final Duration REMEMBERED = Duration.ofDays(1);
  private static final int MOST_EVENTS = 500;

  private Pools() {}

  static Map<String, Pool> of(Reads reads) {
    Map<String, Double> limits = reads.values(Vocabulary.ROUTER_POOL_LIMIT, Vocabulary.MEMBER);
    Map<String, Double> waiting = reads.values(Vocabulary.ROUTER_WAITING, Vocabulary.MEMBER);
    Map<String, Double> idle = new HashMap<>();
    Map<String, Double> inUse = new HashMap<>();
    for (GaugeValue servers :
        reads.present(Vocabulary.ROUTER_SERVERS, Vocabulary.MEMBER, Vocabulary.STATE)) {
      String member = servers.attributes().text(Vocabulary.MEMBER).orElse("");
      boolean active = servers.attributes().text(Vocabulary.STATE).orElse("").equals("active");
      (active ? inUse : idle).merge(member, servers.value(), Double::sum);
    }
    Map<String, LogRecord> changes = changes(reads);
    Set<String> members = new HashSet<>(limits.keySet());
    members.addAll(idle.keySet());
    members.addAll(inUse.keySet());
    Map<String, Pool> pools = new HashMap<>();
    for (String member : members) {
      Optional<LogRecord> change = Optional.ofNullable(changes.get(member));
      pools.put(
          member,
          new Pool(
              Optional.ofNullable(limits.get(member)),
              Optional.ofNullable(inUse.get(member)),
              Optional.ofNullable(idle.get(member)),
              Optional.ofNullable(waiting.get(member)),
              change.flatMap(event -> event.attributes().text(Vocabulary.REASON)),
              change.map(event -> event.epochNanos() / 1_000_000)));
    }
    return pools;
  }

  /* The last change of each: its reason is why the pool is as large as it is. */
  private static Map<String, LogRecord> changes(Reads reads) {
    Map<String, LogRecord> newest = new HashMap<>();
    Window window = Window.before(reads.now().plusSeconds(1), REMEMBERED);
    for (LogRecord event : reads.queries().events(window, Vocabulary.EVENT_POOL, MOST_EVENTS)) {
      newest.putIfAbsent(event.attributes().text(Vocabulary.MEMBER).orElse(""), event);
    }
    return newest;
  }

  /**
   * The pool of one member.
   *
   * @param limit connections there may be
   * @param inUse connections that clients have
   * @param waiting clients in the queue now
   * @param why it has this size; absent until it was changed
   * @param since when it has
   */
  record Pool(
      Optional<Double> limit,
      Optional<Double> inUse,
      Optional<Double> idle,
      Optional<Double> waiting,
      Optional<String> why,
      Optional<Long> since) {}
}
