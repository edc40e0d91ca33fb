package dev.headroom.runtime;

import dev.headroom.autoscaler.NodePool;
import dev.headroom.autoscaler.Placement;
import dev.headroom.autoscaler.ReplicaRequest;
import dev.headroom.autoscaler.ReplicaSize;
import dev.headroom.base.ByteSize;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.engines.ChildProcess;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.engines.FreePorts;
import dev.headroom.engines.ProcessSpec;
import dev.headroom.engines.Signal;
import dev.headroom.spec.ResourcesSpec;
import dev.headroom.spec.ServiceSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One replica of a service: a place that always has a process, until it is told to go.
 *
 * <p>One virtual thread lives its life (see {@link #live}); other threads only put a {@link Wake}
 * into its queue and read its volatile state.
 */
final class Replica {
  /* unplaced → starting → ready ⇄ unhealthy → backing-off → starting …
   * from anywhere, when told to go: draining → gone. */

  private static final Duration DRAIN_BOUND = Duration.ofSeconds(20);
  private static final Duration START_BOUND = Duration.ofSeconds(60);
  private static final Duration UNPLACED_RETRY = Duration.ofSeconds(5);

  /** Unhealthy for so many checks in a row: a new process is the better bet. */
  private static final int FAILURES_UNTIL_RESTART = 10;

  /** What a replica needs from around it. */
  record Context(
      ServiceLaunch launch,
      ChildRegistry registry,
      NodePool nodes,
      Drain drain,
      Semaphore starts,
      OutOfMemory outOfMemory,
      Listener listener,
      TimeSource time) {}

  /** Is told of what happens to it, on its own thread. */
  interface Listener {
    void stateChanged(Replica replica);

    void event(Replica replica, boolean bad, String what);

    /** It was killed for its memory, having used {@code peakBytes} as far as was seen. */
    void outOfMemory(Replica replica, String why, long peakBytes);
  }

  private enum Wake {
    EXITED,
    GO
  }

  private final String service;
  private final String instance;
  private final int number;
  private final Context context;
  private final LinkedBlockingQueue<Wake> wakes = new LinkedBlockingQueue<>();
  private final Backoff backoff = new Backoff();
  private final Thread thread;

  // Written by its own thread only; read by the sampler and by the group.
  private volatile ServiceSpec spec;
  private volatile ReplicaSize size;
  private volatile ReplicaState state = ReplicaState.STARTING;
  private volatile Optional<ChildProcess> process = Optional.empty();
  private volatile Optional<InetSocketAddress> address = Optional.empty();
  private volatile Instant stateSince;
  private final AtomicInteger restarts = new AtomicInteger();
  private volatile boolean told;
  private volatile Optional<Duration> outOfMemoryAfter = Optional.empty();

  /** Why its process was killed from here; told when its end is seen. */
  private volatile Optional<Death> death = Optional.empty();

  private record Death(String why, boolean outOfMemory, long residentBytes) {}

  Replica(String service, int number, ServiceSpec spec, ReplicaSize size, Context context) {
    this.service = service;
    this.number = number;
    this.instance = service + "-" + number;
    this.spec = spec;
    this.size = size;
    this.context = context;
    this.stateSince = context.time().now();
    this.thread = Thread.ofVirtual().name("replica-" + instance).unstarted(this::live);
  }

  void start() {
    thread.start();
  }

  String service() {
    return service;
  }

  String instance() {
    return instance;
  }

  int number() {
    return number;
  }

  ReplicaState state() {
    return state;
  }

  /** Since when {@link #state()} has been so. */
  Instant stateSince() {
    return stateSince;
  }

  Optional<ChildProcess> process() {
    return process;
  }

  int restarts() {
    return restarts.get();
  }

  /** Where it answers, if it may be asked. */
  Optional<ReadyReplica> ready() {
    Optional<InetSocketAddress> at = address;
    return state == ReplicaState.READY && at.isPresent()
        ? Optional.of(new ReadyReplica(instance, at.get()))
        : Optional.empty();
  }

  /** Lets it finish and end; returns at once. */
  void go() {
    told = true;
    wakes.add(Wake.GO);
  }

  void awaitGone() throws InterruptedException {
    thread.join();
  }

  /** From its next start on. */
  void respec(ServiceSpec next) {
    spec = next;
  }

  ReplicaSize size() {
    return size;
  }

  /** Asks for another size; its node knows already, or is found at its next placement. */
  void resized(ReplicaSize next) {
    size = next;
  }

  /**
   * What its memory may not exceed; the document's limit, in proportion when it has another size.
   */
  Optional<ByteSize> memoryLimit() {
    ResourcesSpec resources = spec.resources();
    return resources
        .memoryLimit()
        .map(
            limit ->
                new ByteSize(
                    Math.round(
                        (double) limit.bytes()
                            * size.memory().bytes()
                            / resources.memory().bytes())));
  }

  /** How long its process before lived, if that was killed for its memory. */
  Optional<Duration> outOfMemoryAfter() {
    return outOfMemoryAfter;
  }

  /** Kills its process for using {@code residentBytes}; it is started anew. */
  void exceeds(ByteSize limit, long residentBytes) {
    kill(
        new Death(
            "used %s, its limit is %s".formatted(mebibytes(residentBytes), limit),
            true,
            residentBytes));
  }

  /** Kills its process as a machine does that is gone; it is started anew, elsewhere. */
  void lose(String why) {
    kill(new Death("lost with its machine: " + why, false, 0));
  }

  private void kill(Death why) {
    process.ifPresent(
        child -> {
          death = Optional.of(why);
          child.signal(Signal.KILL);
        });
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + "Mi";
  }

  private void live() {
    try {
      while (!told) {
        if (place()) {
          Instant startedAt = context.time.now();
          runOnce();
          if (!told) {
            restarts.incrementAndGet();
            sleep(backoff.after(Duration.between(startedAt, context.time.now())));
          }
        } else {
          sleep(UNPLACED_RETRY);
        }
      }
      drainAndStop();
    } catch (InterruptedException e) {
      process.ifPresent(ChildProcess::kill);
    } finally {
      context.nodes.remove(instance);
      enter(ReplicaState.GONE);
    }
  }

  private boolean place() {
    ReplicaRequest request = new ReplicaRequest(instance, service, size);
    return switch (context.nodes.place(request)) {
      case Placement.Placed _ -> true;
      case Placement.Unplaceable(String reason) -> {
        if (state != ReplicaState.UNPLACED) {
          enter(ReplicaState.UNPLACED);
          context.listener.event(this, true, "cannot be placed: " + reason);
        }
        yield false;
      }
    };
  }

  /* One process from start to end. Returns when it has ended, or when told to go. */
  private void runOnce() throws InterruptedException {
    enter(ReplicaState.STARTING);
    ServiceSpec current = spec;
    context.starts.acquire();
    boolean holdsStart = true;
    try {
      wakes.remove(Wake.EXITED);
      death = Optional.empty();
      ChildProcess child;
      try {
        child = startProcess(current);
      } catch (UserError e) {
        enter(ReplicaState.BACKING_OFF);
        context.listener.event(this, true, e.getMessage());
        return;
      }
      process = Optional.of(child);
      if (!current.isServer()) {
        enter(ReplicaState.READY);
        context.starts.release();
        holdsStart = false;
        untilExitOrGo(child);
        return;
      }
      HealthProbe probe = new HealthProbe(address.orElseThrow(), current.health());
      Hysteresis health = new Hysteresis(current.health());
      Duration interval = current.health().interval();
      Instant deadline = context.time.now().plus(START_BOUND);
      int failures = 0;
      boolean wasReady = false;
      while (!told) {
        boolean good = probe.isGood();
        failures = good ? 0 : failures + 1;
        if (health.answer(good)) {
          enter(health.isHealthy() ? ReplicaState.READY : ReplicaState.UNHEALTHY);
          if (!health.isHealthy()) {
            context.listener.event(
                this, true, "unhealthy: %d health checks failed".formatted(failures));
          } else if (wasReady) {
            context.listener.event(this, false, "healthy again");
          }
          wasReady |= health.isHealthy();
          if (holdsStart) {
            context.starts.release();
            holdsStart = false;
          }
        }
        boolean lateStart = !wasReady && context.time.now().isAfter(deadline);
        if (lateStart || (wasReady && failures >= FAILURES_UNTIL_RESTART)) {
          context.listener.event(
              this,
              true,
              lateStart
                  ? "not healthy within " + START_BOUND.toSeconds() + " s: restarted"
                  : "restarted after %d failed health checks".formatted(failures));
          enter(ReplicaState.BACKING_OFF);
          child.stop(current.stopGrace());
          process = Optional.empty();
          return;
        }
        // Until the first good answer it is asked often: a start should not wait for a slow clock.
        Wake wake = wakes.poll(wasReady ? interval.toMillis() : 100, TimeUnit.MILLISECONDS);
        if (wake == Wake.EXITED || !child.isAlive()) {
          ended(child);
          return;
        }
      }
    } finally {
      if (holdsStart) {
        context.starts.release();
      }
    }
  }

  private void untilExitOrGo(ChildProcess child) throws InterruptedException {
    while (!told && child.isAlive()) {
      wakes.poll(5, TimeUnit.SECONDS);
    }
    if (!told) {
      ended(child);
    }
  }

  private void ended(ChildProcess child) {
    process = Optional.empty();
    enter(ReplicaState.BACKING_OFF);
    Death end = death.orElseGet(() -> endOf(child));
    death = Optional.empty();
    outOfMemoryAfter = Optional.empty();
    if (end.outOfMemory()) {
      outOfMemoryAfter = Optional.of(Duration.between(child.startedAt(), context.time().now()));
      context.listener.outOfMemory(this, end.why(), end.residentBytes());
    }
    context.listener.event(this, true, "pid %d %s".formatted(child.pid(), end.why()));
  }

  private Death endOf(ChildProcess child) {
    int status = child.onExit().getNow(-1);
    List<String> tail = child.tail(3);
    return context
        .outOfMemory
        .cause(status, tail)
        .map(why -> new Death(why, true, 0))
        .orElseGet(
            () ->
                new Death(
                    "ended with status %d%s"
                        .formatted(status, tail.isEmpty() ? "" : ": " + String.join(" | ", tail)),
                    false,
                    0));
  }

  private ChildProcess startProcess(ServiceSpec current) {
    Optional<InetSocketAddress> at =
        current.isServer()
            ? Optional.of(
                new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), FreePorts.ofThisJvm().next()))
            : Optional.empty();
    address = at;
    ProcessSpec processSpec =
        context.launch.processOf(service, instance, current, memoryLimit(), at);
    ChildProcess child = ChildProcess.start(processSpec, context.registry);
    var _ = child.onExit().thenRun(() -> wakes.add(Wake.EXITED));
    return child;
  }

  private void drainAndStop() throws InterruptedException {
    boolean wasReady = state == ReplicaState.READY;
    enter(ReplicaState.DRAINING);
    Optional<ChildProcess> child = process;
    if (child.isPresent()) {
      if (wasReady && address.isPresent()) {
        context.drain.await(service, instance, DRAIN_BOUND);
      }
      child.get().stop(spec.stopGrace());
    }
  }

  private void sleep(Duration duration) throws InterruptedException {
    if (!duration.isZero()) {
      wakes.remove(Wake.EXITED);
      wakes.poll(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void enter(ReplicaState next) {
    if (state != next) {
      stateSince = context.time().now();
      state = next;
      context.listener.stateChanged(this);
    }
  }
}
