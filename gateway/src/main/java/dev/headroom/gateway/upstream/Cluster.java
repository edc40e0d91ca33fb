package dev.headroom.gateway.upstream;

import dev.headroom.base.TimeSource;
import dev.headroom.gateway.Replica;
import dev.headroom.spec.GatewaySpec.Balance;
import dev.headroom.spec.HealthSpec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of one service, and the choice among them. Thread-safe.
 *
 * <p>Who is fit, in this order: those whose checks pass and which could be connected to; those not
 * known to be unhealthy; all, because a request that may fail is better than one that must.
 */
public final class Cluster implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Cluster.class.getName());
  private static final Upstream[] NONE = {};
  private static final double DEFAULT_RETRIES = 0.2;
  private static final long EJECTION_LOOK_NANOS = Duration.ofSeconds(1).toNanos();

  private final String service;
  private final TimeSource time;
  // Read on every request; written under the lock of this object only.
  private volatile Upstream[] all = NONE;
  private volatile Upstream[] fit = NONE;
  private volatile Balancer balancer;
  private volatile HealthSpec health;
  private volatile boolean limited = true;
  private Balance balance;
  private final RetryBudget retries;
  private final List<Upstream> leaving = new ArrayList<>();
  private final List<HealthProbe> probes = new ArrayList<>();
  private boolean closed;
  // The number is read on every request, so that nothing is computed while nobody is out.
  private volatile int ejections;
  private volatile long ejectedUntil;
  private final BiConsumer<Upstream, Duration> ejected;

  /**
   * @param ejected hears of replicas that are taken out, and for how long
   */
  public Cluster(
      String service,
      HealthSpec health,
      Balance balance,
      TimeSource time,
      BiConsumer<Upstream, Duration> ejected) {
    this.ejected = ejected;
    this.service = service;
    this.health = health;
    this.balance = balance;
    this.balancer = Balancer.of(balance);
    this.time = time;
    this.retries = new RetryBudget(DEFAULT_RETRIES, time.nanoTime());
  }

  public String service() {
    return service;
  }

  /** How often its requests may be sent again. */
  public RetryBudget retries() {
    return retries;
  }

  /**
   * Takes new settings; the replicas stay.
   *
   * @param retryShare of the requests that may be sent again
   * @param adaptive whether a replica gets no more requests than it can work on
   */
  public synchronized void apply(
      HealthSpec newHealth, Balance newBalance, double retryShare, boolean adaptive) {
    health = newHealth;
    limited = adaptive;
    retries.share(retryShare);
    if (newBalance != balance) {
      balancer = Balancer.of(newBalance);
      balance = newBalance;
    }
  }

  /**
   * These replicas and no others. One that stays keeps its history; one that goes finishes what
   * runs there.
   *
   * @return those that are leaving
   */
  public synchronized List<Upstream> replicas(Collection<Replica> wanted) {
    if (closed) {
      return List.of();
    }
    List<Replica> missing = new ArrayList<>(wanted);
    List<Upstream> next = new ArrayList<>();
    List<Upstream> gone = new ArrayList<>();
    for (Upstream upstream : all) {
      (missing.remove(upstream.replica()) ? next : gone).add(upstream);
    }
    long now = time.nanoTime();
    for (Replica replica : missing) {
      Upstream upstream = new Upstream(service, replica, now);
      next.add(upstream);
      probes.add(HealthProbe.start(upstream, () -> health, this::checked));
    }
    all = next.toArray(NONE);
    refit();
    gone.forEach(this::leave);
    return gone;
  }

  private void leave(Upstream upstream) {
    leaving.add(upstream);
    for (Iterator<HealthProbe> i = probes.iterator(); i.hasNext(); ) {
      HealthProbe probe = i.next();
      if (probe.isOf(upstream)) {
        probe.close();
        i.remove();
      }
    }
    upstream.remove();
  }

  /**
   * A replica for one request, already counted as running there: {@link Upstream#end} must follow.
   *
   * @param tried replicas that this request has failed on; avoided while there are others
   * @param hash of the caller, for balance: hash
   * @return null when the service has no replica at all, or all of them are full
   */
  public @Nullable Upstream begin(List<Upstream> tried, RandomGenerator random, long hash) {
    readmit();
    boolean full = false;
    while (true) {
      Upstream[] candidates = fit;
      if (!tried.isEmpty()) {
        candidates = without(candidates, tried);
        if (candidates.length == 0) {
          candidates = without(all, tried);
        }
        if (candidates.length == 0) {
          candidates = fit;
        }
      }
      if (full) {
        candidates = withRoom(candidates);
      }
      if (candidates.length == 0) {
        return null;
      }
      long now = time.nanoTime();
      Upstream chosen = balancer.choose(candidates, random, now, hash);
      if (chosen.begin(limited, now)) {
        return chosen;
      }
      // Full, or removed between the two lines above: the arrays are about to be replaced.
      full = true;
      Thread.onSpinWait();
    }
  }

  /** The fit replica with that token, counted as {@link #begin} does; null when there is none. */
  public @Nullable Upstream beginAt(String token, List<Upstream> tried) {
    readmit();
    long now = time.nanoTime();
    for (Upstream upstream : fit) {
      if (upstream.token().equals(token)
          && !tried.contains(upstream)
          && upstream.begin(limited, now)) {
        return upstream;
      }
    }
    return null;
  }

  /**
   * A request failed there. After five in a row the replica is taken out for a while, unless too
   * many are out already: a tenth, but always one, as Envoy does it. Then the fault is more likely
   * the application's than the replica's.
   */
  public void failed(Upstream upstream) {
    if (!upstream.hasFailedEnough()) {
      return;
    }
    long now = time.nanoTime();
    long until;
    synchronized (this) {
      long out = Stream.of(all).filter(each -> each.isEjected(now)).count();
      if (all.length < 2 || out >= Math.max(1, all.length / 10)) {
        return;
      }
      until = upstream.eject(now);
      ejectedUntil = ejections == 0 || until - ejectedUntil < 0 ? until : ejectedUntil;
      ejections++;
      refit();
    }
    Duration duration = Duration.ofNanos(until - now);
    LOG.log(
        Level.WARNING,
        "{0}: taken out for {1} s after {2} failures in a row",
        upstream,
        duration.toSeconds(),
        Ejection.FAILURES);
    ejected.accept(upstream, duration);
  }

  private void readmit() {
    if (ejections > 0 && time.nanoTime() - ejectedUntil >= 0) {
      synchronized (this) {
        refit();
      }
    }
  }

  private static Upstream[] withRoom(Upstream[] from) {
    return Stream.of(from).filter(upstream -> !upstream.isFull()).toArray(Upstream[]::new);
  }

  private static Upstream[] without(Upstream[] from, List<Upstream> tried) {
    return Stream.of(from).filter(upstream -> !tried.contains(upstream)).toArray(Upstream[]::new);
  }

  /** A connection to it could not be made. */
  public void suspect(Upstream upstream) {
    if (upstream.suspect()) {
      synchronized (this) {
        refit();
      }
      LOG.log(
          Level.INFO, "{0}: no connection; others are preferred until a check passes", upstream);
    }
  }

  private void checked(Upstream upstream, boolean passed, String reason) {
    HealthSpec now = health;
    HealthState.Verdict before = upstream.verdict();
    if (upstream.checked(passed, now.rise(), now.fall())) {
      synchronized (this) {
        refit();
      }
      if (upstream.verdict() != before) {
        // That a new replica is well is what everybody expects.
        boolean expected = before == HealthState.Verdict.UNKNOWN && passed;
        LOG.log(
            expected ? Level.DEBUG : Level.INFO,
            "{0}: {1} ({2})",
            upstream,
            upstream.verdict(),
            reason);
      }
    }
  }

  private void refit() {
    long now = time.nanoTime();
    ejections = (int) Stream.of(all).filter(upstream -> upstream.isEjected(now)).count();
    if (ejections > 0 && now - ejectedUntil >= 0) {
      ejectedUntil = now + EJECTION_LOOK_NANOS; // Others are out for longer: looked at again then.
    }
    Upstream[] candidates =
        Stream.of(all).filter(upstream -> !upstream.isEjected(now)).toArray(Upstream[]::new);
    Upstream[] chosen = fit(candidates);
    // Ejected ones, rather than none that passes its checks.
    fit = chosen.length > 0 ? chosen : fit(all);
  }

  private static Upstream[] fit(Upstream[] all) {
    Upstream[] preferred = Stream.of(all).filter(Upstream::isPreferred).toArray(Upstream[]::new);
    if (preferred.length == 0) {
      preferred =
          Stream.of(all)
              .filter(upstream -> upstream.verdict() != HealthState.Verdict.UNHEALTHY)
              .toArray(Upstream[]::new);
    }
    return preferred.length == 0 ? all : preferred;
  }

  /** Completes when the replica of that name gets no requests and none runs there. */
  public synchronized @Nullable CompletableFuture<Void> drained(String instance) {
    leaving.removeIf(upstream -> upstream.drained().isDone());
    List<CompletableFuture<Void>> running =
        leaving.stream()
            .filter(upstream -> upstream.instance().equals(instance))
            .map(Upstream::drained)
            .toList();
    if (!running.isEmpty()) {
      return CompletableFuture.allOf(running.toArray(CompletableFuture[]::new));
    }
    for (Upstream upstream : all) {
      if (upstream.instance().equals(instance)) {
        return upstream.drained().copy();
      }
    }
    return null;
  }

  /** The replicas there are, and those on which requests still end. */
  public synchronized List<Upstream> upstreams() {
    leaving.removeIf(upstream -> upstream.drained().isDone());
    return Stream.concat(Stream.of(all), leaving.stream()).toList();
  }

  /** How many replicas there are. */
  public int size() {
    return all.length;
  }

  /** How many of them pass their checks and can be connected to. */
  public int healthy() {
    return (int) Stream.of(all).filter(Upstream::isPreferred).count();
  }

  /** Stops the checks; the replicas are let go. */
  @Override
  public synchronized void close() {
    closed = true;
    probes.forEach(HealthProbe::close);
    probes.clear();
    for (Upstream upstream : all) {
      leaving.add(upstream);
      upstream.remove();
    }
    all = NONE;
    fit = NONE;
  }
}
