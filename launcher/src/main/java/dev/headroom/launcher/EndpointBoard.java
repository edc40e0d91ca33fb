package dev.headroom.launcher;

import dev.headroom.gateway.Gateway;
import dev.headroom.gateway.Replica;
import dev.headroom.runtime.Drain;
import dev.headroom.runtime.EndpointListener;
import dev.headroom.runtime.ReadyReplica;
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

  synchronized int ready(String service) {
    return ready.getOrDefault(service, List.of()).size();
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
