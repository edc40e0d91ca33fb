package dev.headroom.router.pool;

import dev.headroom.base.TimeSource;
import dev.headroom.pgwire.ErrorFields;
import dev.headroom.router.Member;
import dev.headroom.router.PoolFigures;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Connections of one event loop to one member: so many at most, first come first served, preferably
 * one that has the client's settings already, of these the last used, so that those not needed grow
 * old and are closed. Belongs to one event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
public final class ServerPool {
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);
  /* A server process only ever grows; up to a tenth earlier, so that not all are opened at once. */
  private static final Duration LIFETIME = Duration.ofHours(1);

  /** Opens connections; ends in {@link #opened} or {@link #openingFailed}. */
  interface Opener {
    void open(ServerPool pool);
  }

  /** Is told that something is wrong with a member. */
  interface Suspicion {
    void suspect(Member member, String reason);
  }

  private record Queued(Waiter waiter, long since) {}

  private final Member member;
  private final Login login;
  private final Opener opener;
  private final Suspicion suspicion;
  private final TimeSource time;
  private final Deque<ServerConnection> idle = new ArrayDeque<>();
  private final Deque<Queued> waiting = new ArrayDeque<>();
  private final Set<ServerConnection> counted = new HashSet<>();
  private final PeakEwma ewma;
  private int limit;
  private int total;
  private int opening;
  private boolean closed;
  private boolean paused;
  private String lastError = "";
  private long granted;
  private long queued;
  private long queueNanos;
  private long heldNanos;

  ServerPool(
      Member member, Login login, int limit, Opener opener, Suspicion suspicion, TimeSource time) {
    this.member = member;
    this.login = login;
    this.limit = limit;
    this.opener = opener;
    this.suspicion = suspicion;
    this.time = time;
    this.ewma = new PeakEwma(time.nanoTime());
  }

  public Member member() {
    return member;
  }

  PoolName name() {
    return new PoolName(member.name(), login);
  }

  /** What one more request is expected to cost: what to balance by. */
  public double load() {
    return ewma.load(total - idle.size() - opening + waiting.size(), time.nanoTime());
  }

  /** A request was answered well, in {@code nanos}; errors come fast and say nothing. */
  public void answered(long nanos) {
    ewma.observe(nanos, time.nanoTime());
  }

  /** The connections, one by one. */
  List<ServerFigures> servers() {
    long now = time.nanoTime();
    return counted.stream().map(connection -> connection.figures(now)).toList();
  }

  /** How it stands now; {@code role} is what the cluster knows of the member. */
  PoolFigures figures(String role) {
    long now = time.nanoTime();
    Queued first = waiting.peek();
    long held = heldNanos;
    for (ServerConnection connection : counted) {
      held += connection.lentFor(now);
    }
    return new PoolFigures(
        name(),
        role,
        limit,
        idle.size(),
        total - idle.size() - opening,
        opening,
        waiting.size(),
        Duration.ofNanos(first == null ? 0 : now - first.since),
        granted,
        queued,
        Duration.ofNanos(queueNanos),
        Duration.ofNanos(held),
        lastError);
  }

  void limit(int now) {
    limit = now;
    grow();
  }

  /** {@code pg-0 for app@app: total=20 active=20 idle=0 opening=0 waiting=7 limit=20}. */
  public String describe() {
    return member.name()
        + " for "
        + login
        + ": total="
        + total
        + " active="
        + (total - idle.size() - opening)
        + " idle="
        + idle.size()
        + " opening="
        + opening
        + " waiting="
        + waiting.size()
        + " limit="
        + limit
        + (lastError.isEmpty() ? "" : ", last error: " + lastError);
  }

  /** Grants at once or later; {@link #forget} takes the wish back. */
  public void acquire(Waiter waiter) {
    if (closed) {
      waiter.refused(member.name() + " is no member any more");
      return;
    }
    ServerConnection connection = paused ? null : idleFor(waiter.settings());
    if (connection != null) {
      grant(connection, waiter);
      return;
    }
    waiting.add(new Queued(waiter, time.nanoTime()));
    grow();
  }

  private void grant(ServerConnection connection, Waiter waiter) {
    granted++;
    connection.lend(waiter, time.nanoTime());
    waiter.granted(connection);
  }

  /*
   * The last used of those that have the settings already. Else the one unused for longest, which
   * loses its own: so a pool keeps the settings that are asked for most. One more connection is
   * opened beside it, if there may be more, until all settings in use have found their place; when
   * they are not needed they grow old like any other.
   */
  private @Nullable ServerConnection idleFor(Settings wanted) {
    idle.removeIf(connection -> !connection.isFit());
    Iterator<ServerConnection> lastUsedFirst = idle.descendingIterator();
    while (lastUsedFirst.hasNext()) {
      ServerConnection connection = lastUsedFirst.next();
      if (connection.settings().equals(wanted)) {
        lastUsedFirst.remove();
        return connection;
      }
    }
    ServerConnection oldest = idle.pollFirst();
    if (oldest != null && total < limit && opening == 0 && lastError.isEmpty()) {
      openOne();
    }
    return oldest;
  }

  /** No longer waits. */
  public void forget(Waiter waiter) {
    if (!waiting.isEmpty()) {
      waiting.removeIf(queued -> queued.waiter.equals(waiter));
    }
  }

  private void grow() {
    while (!closed && !paused && total < limit && opening < waiting.size()) {
      openOne();
    }
  }

  private void openOne() {
    total++;
    opening++;
    opener.open(this);
  }

  void opened(ServerConnection connection) {
    opening--;
    lastError = "";
    counted.add(connection);
    connection.opened(time.nanoTime());
    if (closed) {
      connection.close();
      return;
    }
    hand(connection);
  }

  void openingFailed(String reason) {
    opening--;
    total--;
    lastError = reason;
    // A full server is alive: who waits here gets one of the connections that are there.
    if (total - opening > 0) {
      return;
    }
    suspicion.suspect(member, reason);
    refuseAll(reason);
  }

  /** The server lives, and does not let this login in, or not now. */
  void openingRefused(ErrorFields why) {
    String state = why.sqlState();
    if (!state.startsWith("28") && !state.startsWith("3D") && !state.startsWith("53")) {
      openingFailed(why.toString());
      return;
    }
    opening--;
    total--;
    lastError = why.toString();
    if (total - opening > 0) {
      return;
    }
    List<Queued> all = new ArrayList<>(waiting);
    waiting.clear();
    boolean full = state.startsWith("53");
    for (Queued queued : all) {
      if (full) {
        queued.waiter.refused(lastError);
      } else {
        queued.waiter.denied(why);
      }
    }
  }

  private void refuseAll(String reason) {
    List<Queued> refused = new ArrayList<>(waiting);
    waiting.clear();
    refused.forEach(queued -> queued.waiter.refused(reason));
  }

  void release(ServerConnection connection) {
    long now = time.nanoTime();
    heldNanos += connection.lentFor(now);
    connection.takeBack(now);
    if (!connection.isFit() || closed || total > limit || isOld(connection, now)) {
      if (connection.channel().isActive()) {
        connection.unfit();
        connection.channel().close(); // Its channelInactive counts it out.
      }
      return;
    }
    if (connection.isToReset()) {
      ConnectionReset reset = new ConnectionReset(this, connection);
      connection.lend(reset, now);
      reset.begin();
      return;
    }
    hand(connection);
  }

  private static boolean isOld(ServerConnection connection, long now) {
    long earlier = LIFETIME.toNanos() / 1000 * Math.floorMod(connection.key().processId(), 100);
    return now - connection.openedAt() > LIFETIME.toNanos() - earlier;
  }

  private void hand(ServerConnection connection) {
    Queued first = paused ? null : waiting.poll();
    if (first == null) {
      connection.takeBack(time.nanoTime());
      idle.addLast(connection);
    } else {
      queued++;
      queueNanos += time.nanoTime() - first.since;
      grant(connection, first.waiter);
    }
  }

  /** Nobody gets a connection while it is paused. */
  void pause(boolean now) {
    paused = now;
    while (!paused && !waiting.isEmpty()) {
      ServerConnection connection = idleFor(waiting.getFirst().waiter.settings());
      if (connection == null) {
        break;
      }
      hand(connection);
    }
    grow();
  }

  /** Connections that nobody uses are closed, the others when they come back. */
  void renew() {
    List<ServerConnection> unused = new ArrayList<>(idle);
    counted.forEach(ServerConnection::unfit);
    unused.forEach(ServerConnection::close);
    idle.clear();
  }

  /** A connection ended; {@code surprising} unless we closed it. */
  void lost(ServerConnection connection, boolean surprising, String reason) {
    if (!counted.remove(connection)) {
      return;
    }
    total--;
    heldNanos += connection.lentFor(time.nanoTime());
    idle.remove(connection);
    if (surprising && !closed) {
      lastError = reason;
      suspicion.suspect(member, reason);
    }
    grow();
  }

  void closeIdle() {
    long now = time.nanoTime();
    List<ServerConnection> old =
        idle.stream().filter(connection -> isOld(connection, now)).toList();
    idle.removeAll(old);
    old.forEach(ServerConnection::close);
    Iterator<ServerConnection> oldestFirst = idle.iterator();
    while (oldestFirst.hasNext()) {
      ServerConnection connection = oldestFirst.next();
      if (now - connection.idleSince() < IDLE_TIMEOUT.toNanos() && total <= limit) {
        break;
      }
      oldestFirst.remove();
      connection.close();
    }
  }

  /** Those in use too. */
  void closeAll() {
    close();
    new ArrayList<>(counted).forEach(ServerConnection::close);
  }

  void close() {
    closed = true;
    refuseAll(member.name() + " is no member any more");
    new ArrayList<>(idle).forEach(ServerConnection::close);
    idle.clear();
  }
}
