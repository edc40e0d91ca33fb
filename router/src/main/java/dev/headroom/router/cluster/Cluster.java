package dev.headroom.router.cluster;

import dev.headroom.base.TimeSource;
import dev.headroom.router.DatabaseAccess;
import dev.headroom.router.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The members, their states, and who is primary. Thread-safe; what event loops ask is answered from
 * memory.
 *
 * <p>A primary is accepted only when its timeline is not older than the newest seen, so that one
 * which comes back after a failover gets no writes. Two writable members on one timeline cannot be
 * told apart: then nobody gets writes.
 */
public final class Cluster implements AutoCloseable {
  private final DatabaseAccess access;
  private final TimeSource time;
  private final Samples samples = new Samples();
  private final LsnSampler sampler;
  private final Catalogs catalogs;
  private final ConcurrentHashMap<String, Catalogs> byDatabase = new ConcurrentHashMap<>();
  private final List<ClusterListener> listeners = new CopyOnWriteArrayList<>();
  private final ConcurrentHashMap<Member, MemberState> states = new ConcurrentHashMap<>();
  private final Map<Member, MemberMonitor> monitors = new LinkedHashMap<>();
  /* Replaced whole under the lock on monitors; read by everyone. */
  private volatile ClusterView view = ClusterView.UNKNOWN;
  private volatile Map<Member, MemberMonitor> monitorsByMember = Map.of();

  public Cluster(DatabaseAccess access, TimeSource time) {
    this.access = access;
    this.time = time;
    this.sampler = new LsnSampler(() -> view.primary(), access, time, samples);
    this.catalogs = catalogs(access.database());
  }

  public void addListener(ClusterListener listener) {
    listeners.add(listener);
  }

  /** From now on these are the members. */
  public void members(List<Member> members) {
    synchronized (monitors) {
      List<Member> gone = new ArrayList<>(monitors.keySet());
      gone.removeAll(members);
      for (Member member : gone) {
        MemberMonitor monitor = monitors.remove(member);
        if (monitor != null) {
          monitor.close();
        }
        states.remove(member);
      }
      for (Member member : members) {
        monitors.computeIfAbsent(
            member, m -> new MemberMonitor(m, access, time, state -> report(m, state)));
      }
      monitorsByMember = Map.copyOf(monitors);
    }
    decide();
  }

  public ClusterView view() {
    return view;
  }

  public MemberState state(Member member) {
    return states.getOrDefault(member, new MemberState.Away("has not answered yet"));
  }

  public List<MemberState.Of> states() {
    return monitorsByMember.keySet().stream()
        .map(member -> new MemberState.Of(member, state(member)))
        .toList();
  }

  /** Of a database that the router serves. */
  public Catalogs catalogs(String database) {
    return byDatabase.computeIfAbsent(
        database, name -> new Catalogs(() -> view.primary(), access, name, time));
  }

  /** Connections that a server gives to ordinary users; 0 when it is not known. */
  public int connections() {
    return catalogs.connections();
  }

  /** All catalogs are to be read again. */
  public void schemaChanged() {
    byDatabase.values().forEach(Catalogs::schemaChanged);
  }

  /** A connection to {@code member} broke or was refused. */
  public void suspect(Member member, String reason) {
    MemberMonitor monitor = monitorsByMember.get(member);
    if (monitor != null) {
      report(member, new MemberState.Away(reason));
      monitor.suspect();
    }
  }

  /** Reads go on: positions must be recent. */
  public void needPositions() {
    for (MemberMonitor monitor : monitorsByMember.values()) {
      monitor.need();
    }
  }

  /** The mark of a commit whose end has been seen just now. */
  public Mark wrote() {
    long now = time.nanoTime();
    sampler.wrote(now);
    return Mark.wroteAt(now);
  }

  /** Has {@code replica} replayed what {@code mark} asks for, on the primary's timeline? */
  public boolean isFresh(Member replica, Mark mark) {
    ClusterView now = view;
    if (!(states.get(replica) instanceof MemberState.Replaying replaying)
        || replaying.position().timeline() != now.timeline()) {
      return false;
    }
    if (mark.isNone() || replaying.position().lsn() == Position.UNKNOWN) {
      return mark.isNone();
    }
    Position token = token(mark);
    if (token == null || token.timeline() > now.timeline()) {
      return false;
    }
    long needed = token.timeline() == now.timeline() ? token.lsn() : now.promotedAt();
    return replaying.position().lsn() >= needed;
  }

  private @Nullable Position token(Mark mark) {
    Position token = mark.token();
    if (token == null) {
      token = samples.firstAfter(mark.wroteAt());
      if (token != null) {
        mark.resolve(token);
      }
    }
    return token;
  }

  /** Is it within {@code maxLag}? Time counts only while bytes lag. */
  public boolean isWithin(Member replica, Duration maxLag) {
    return states.get(replica) instanceof MemberState.Replaying replaying
        && (hasAll(replaying) || replaying.secondsBehind() * 1000 <= maxLag.toMillis());
  }

  private boolean hasAll(MemberState.Replaying replica) {
    return replica.position().lsn() != Position.UNKNOWN && bytesBehind(replica) <= 0;
  }

  /** WAL that the primary was known to have written and {@code replica} has not replayed. */
  public long bytesBehind(MemberState.Replaying replica) {
    Position last = samples.last();
    return last == null || replica.position().lsn() == Position.UNKNOWN
        ? 0
        : Math.max(0, last.lsn() - replica.position().lsn());
  }

  private void report(Member member, MemberState state) {
    if (!monitorsByMember.containsKey(member)) {
      synchronized (monitors) {
        // The first report may come before members() has published the map.
        if (!monitors.containsKey(member)) {
          return;
        }
      }
    }
    MemberState before = states.put(member, state);
    if (changesRoles(before, state)) {
      decide();
    }
  }

  private static boolean changesRoles(@Nullable MemberState before, MemberState after) {
    if (before == null || before.getClass() != after.getClass()) {
      return true;
    }
    return before instanceof MemberState.Writable old
        && after instanceof MemberState.Writable now
        && old.position().timeline() != now.position().timeline();
  }

  private void decide() {
    ClusterView before;
    ClusterView after;
    synchronized (monitors) {
      before = view;
      after = decide(before, new HashMap<>(states));
      view = after;
    }
    if (!before.equals(after)) {
      sampler.primaryChanged();
      byDatabase.values().forEach(Catalogs::primaryChanged);
      for (ClusterListener listener : listeners) {
        listener.changed(before, after);
      }
    }
  }

  static ClusterView decide(ClusterView before, Map<Member, MemberState> states) {
    List<Member> replicas = new ArrayList<>();
    List<Member> newest = new ArrayList<>();
    List<Member> stale = new ArrayList<>();
    int timeline = before.timeline();
    long position = 0;
    for (Map.Entry<Member, MemberState> entry : states.entrySet()) {
      if (entry.getValue() instanceof MemberState.Replaying) {
        replicas.add(entry.getKey());
      } else if (entry.getValue() instanceof MemberState.Writable writable) {
        int own = writable.position().timeline();
        if (own < timeline) {
          stale.add(entry.getKey());
          continue;
        }
        if (own > timeline) {
          stale.addAll(newest);
          newest.clear();
          timeline = own;
        }
        newest.add(entry.getKey());
        position = writable.position().lsn();
      }
    }
    replicas.sort(java.util.Comparator.comparing(Member::name));
    long promotedAt = timeline > before.timeline() ? position : before.promotedAt();
    if (newest.size() == 1) {
      return new ClusterView(Optional.of(newest.getFirst()), timeline, promotedAt, replicas, "");
    }
    String trouble;
    if (newest.size() > 1) {
      trouble =
          "two servers take writes on timeline "
              + timeline
              + ": "
              + newest.stream().map(Member::name).sorted().toList()
              + "; stop the one that must not";
    } else if (!stale.isEmpty()) {
      trouble =
          "the only writable server, "
              + stale.getFirst().name()
              + ", is on a timeline older than "
              + timeline;
    } else {
      trouble = "no server takes writes: " + reasons(states);
    }
    return new ClusterView(Optional.empty(), timeline, promotedAt, replicas, trouble);
  }

  private static String reasons(Map<Member, MemberState> states) {
    StringBuilder text = new StringBuilder();
    states.entrySet().stream()
        .sorted(java.util.Comparator.comparing(e -> e.getKey().name()))
        .forEach(
            entry ->
                text.append(text.isEmpty() ? "" : "; ")
                    .append(entry.getKey().name())
                    .append(' ')
                    .append(
                        switch (entry.getValue()) {
                          case MemberState.Away away -> away.reason();
                          case MemberState.Replaying r -> "is a replica";
                          case MemberState.Writable w -> "is writable";
                        }));
    return text.isEmpty() ? "none is known" : text.toString();
  }

  @Override
  public void close() {
    members(List.of());
    sampler.close();
    byDatabase.values().forEach(Catalogs::close);
  }
}
