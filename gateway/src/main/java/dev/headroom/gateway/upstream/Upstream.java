package dev.headroom.gateway.upstream;

import dev.headroom.gateway.Replica;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * One replica with its load, its health and its end. Thread-safe: the event loops, the health check
 * and whoever changes the replicas meet here, each for a few nanoseconds.
 */
public final class Upstream {
  private static final long DECAY_NANOS = Duration.ofSeconds(10).toNanos();

  /** A failed request counts as one that took at least this long, since errors come fast. */
  private static final double FAILURE_NANOS = 1e9;

  private final String service;
  private final Replica replica;

  private final PeakEwma latency;
  private final InFlight inFlight;
  private final HealthState health = new HealthState();
  private final Ejection ejection = new Ejection();
  private final ConcurrencyLimit limit;

  /** Requests whose answer has not begun. Streams that run on do not count. */
  private int waiting;

  private final String token;
  private final long seed;
  private boolean suspect;
  private boolean removed;
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

  Upstream(String service, Replica replica, long now) {
    this.service = service;
    this.replica = replica;
    this.latency = new PeakEwma(DECAY_NANOS, now);
    this.inFlight = new InFlight(now);
    this.limit = new ConcurrencyLimit(now);
    byte[] name = digest(service + '\0' + replica.instance());
    this.token = HexFormat.of().formatHex(name, 0, 8);
    this.seed = ByteBuffer.wrap(name).getLong(8);
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  /** Stands for it in a cookie: the same in every gateway, and tells nothing. */
  public String token() {
    return token;
  }

  /** Its place among others for a caller: rendezvous hashing (Thaler, Ravishankar 1998). */
  long rank(long hash) {
    // The finaliser of SplitMix64: every bit of both goes into every bit of the rank.
    long z = hash ^ seed;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  public String service() {
    return service;
  }

  public String instance() {
    return replica.instance();
  }

  public InetSocketAddress address() {
    return replica.address();
  }

  Replica replica() {
    return replica;
  }

  /**
   * A request is about to be sent here. It waits until {@link #answerBegan}.
   *
   * @param limited whether the adaptive limit holds
   * @return false when the replica has been removed meanwhile or is full: choose another
   */
  synchronized boolean begin(boolean limited, long now) {
    if (removed || (limited && isFull())) {
      return false;
    }
    inFlight.begin(now);
    waiting++;
    return true;
  }

  /** Do as many requests wait for it as it can work on? */
  synchronized boolean isFull() {
    return waiting >= limit.limit();
  }

  /** A request that {@link #begin} counted waits no longer, whatever came of it. */
  public synchronized void answerBegan() {
    waiting--;
  }

  /** The request that {@link #begin} counted is over, whatever came of it. */
  public void end(long now) {
    boolean last;
    synchronized (this) {
      inFlight.end(now);
      last = removed && inFlight.running() == 0;
    }
    if (last) {
      drained.complete(null);
    }
  }

  /** It answered after so long, or is at least so slow. */
  public synchronized void answered(long nanos, long now) {
    latency.observe((double) nanos, now);
    limit.observe(nanos, waiting, now);
  }

  /** It failed a request: for a while others are preferred. */
  public synchronized void failed(long nanos, long now) {
    latency.observe(Math.max((double) nanos, FAILURE_NANOS), now);
  }

  /** It answered as it should. */
  public synchronized void succeeded() {
    ejection.succeeded();
  }

  /** A request failed there. Whether it has now failed often enough to be taken out. */
  synchronized boolean hasFailedEnough() {
    return ejection.failed();
  }

  /** Takes it out, and says until when. */
  synchronized long eject(long now) {
    return ejection.eject(now);
  }

  synchronized boolean isEjected(long now) {
    return ejection.isEjected(now);
  }

  /** For people and figures: what the gateway thinks of it. */
  public synchronized String state(long now) {
    if (removed) {
      return "draining";
    }
    if (ejection.isEjected(now)) {
      return "ejected";
    }
    return suspect ? "unhealthy" : health.verdict().name().toLowerCase(Locale.ROOT);
  }

  /** No new requests from now on; {@link #drained} tells when the running ones are over. */
  void remove() {
    boolean idle;
    synchronized (this) {
      removed = true;
      idle = inFlight.running() == 0;
    }
    if (idle) {
      drained.complete(null);
    }
  }

  /** Does it get no more requests? */
  public synchronized boolean isRemoved() {
    return removed;
  }

  /** Completes once it is removed and nothing runs there. */
  CompletableFuture<Void> drained() {
    return drained;
  }

  synchronized double load(long now) {
    return latency.load(inFlight.running(), now);
  }

  /** How many requests are there now. */
  public synchronized int running() {
    return inFlight.running();
  }

  /** Mean number of running requests since the last call. */
  public synchronized double meanInFlight(long now) {
    return inFlight.mean(now);
  }

  /** A connection could not be made: avoid it until a check succeeds. True when that is news. */
  synchronized boolean suspect() {
    boolean news = !suspect;
    suspect = true;
    return news;
  }

  /** A health check ended. True when that changes who is preferred. */
  synchronized boolean checked(boolean passed, int rise, int fall) {
    boolean cleared = passed && suspect;
    suspect &= !passed;
    return health.checked(passed, rise, fall) || cleared;
  }

  synchronized HealthState.Verdict verdict() {
    return health.verdict();
  }

  synchronized boolean isPreferred() {
    return !suspect && health.verdict() == HealthState.Verdict.HEALTHY;
  }

  @Override
  public String toString() {
    return service + "/" + instance() + "@" + address();
  }
}
