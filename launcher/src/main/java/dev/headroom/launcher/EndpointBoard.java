package dev.headroom.launcher;

import dev.headroom.base.UserError;
import dev.headroom.gateway.Gateway;
import dev.headroom.gateway.Replica;
import dev.headroom.runtime.Drain;
import dev.headroom.runtime.EndpointListener;
import dev.headroom.runtime.ReadyReplica;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Between the runtime, which starts first and stops last, and the gateway: remembers who is ready
 * until there is a gateway to tell. Thread-safe.
 */
final class EndpointBoard implements EndpointListener, Drain {
  private final Map<String, List<Replica>> ready = new HashMap<>();
  private Optional<Gateway> gateway = Optional.empty();

  @Override
  public synchronized void changed(String service, List<ReadyReplica> replicas) {
    List<Replica> list =
        replicas.stream().map(each -> new Replica(each.instance(), each.address())).toList();
    ready.put(service, list);
    notifyAll();
    gateway.ifPresent(to -> to.replicas(service, list));
  }

  synchronized void attach(Gateway to) {
    gateway = Optional.of(to);
    ready.forEach(to::replicas);
  }

  /** From now on nobody sends requests: draining is over at once. */
  synchronized void detach() {
    gateway = Optional.empty();
  }

  /**
   * Waits until {@code wanted} replicas of {@code service} are ready.
   *
   * @param state where the user finds the logs, for the message
   * @throws UserError when they are not within {@code bound}
   */
  synchronized int awaitReady(String service, int wanted, Duration bound, Path state)
      throws InterruptedException {
    long deadline = System.nanoTime() + bound.toNanos();
    int now = ready.getOrDefault(service, List.of()).size();
    while (now < wanted) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw UserError.machine(
            "%s: %d of %d replicas ready after %d s; look at %s"
                .formatted(
                    service,
                    now,
                    wanted,
                    bound.toSeconds(),
                    state.resolve("logs").resolve(service)));
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
      now = ready.getOrDefault(service, List.of()).size();
    }
    return now;
  }

  @Override
  public void await(String service, String instance, Duration bound) throws InterruptedException {
    Optional<Gateway> from;
    synchronized (this) {
      from = gateway;
    }
    if (from.isEmpty()) {
      return;
    }
    try {
      from.get().drained(instance).get(bound.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // The bound is the answer: what is still in progress is cut off with the replica.
      return;
    } catch (ExecutionException e) {
      throw new IllegalStateException("draining " + instance, e.getCause());
    }
  }
}
