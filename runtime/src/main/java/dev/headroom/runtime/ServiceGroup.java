package dev.headroom.runtime;

import dev.headroom.spec.ServiceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The replicas of one service, by number. */
final class ServiceGroup implements Replica.Listener {
  private final String name;
  private final Replica.Context context;
  private final EndpointListener endpoints;
  private final Replica.Listener events;

  // Guarded by this; publishing happens inside, so that listeners see changes in order.
  private final TreeMap<Integer, Replica> wanted = new TreeMap<>();
  private final List<Replica> leaving = new ArrayList<>();
  private ServiceSpec spec;
  private List<ReadyReplica> published = List.of();

  ServiceGroup(
      String name,
      ServiceSpec spec,
      Replica.Context context,
      EndpointListener endpoints,
      Replica.Listener events) {
    this.name = name;
    this.spec = spec;
    this.endpoints = endpoints;
    this.events = events;
    this.context =
        new Replica.Context(
            context.launch(),
            context.registry(),
            context.placement(),
            context.drain(),
            context.starts(),
            this,
            context.time());
  }

  synchronized ServiceSpec spec() {
    return spec;
  }

  synchronized void respec(ServiceSpec next) {
    spec = next;
    wanted.values().forEach(replica -> replica.respec(next));
  }

  /** Goes to {@code replicas}: new ones take the lowest free numbers, the highest leave first. */
  synchronized void scale(int replicas) {
    while (wanted.size() > replicas) {
      Replica last = wanted.pollLastEntry().getValue();
      leaving.add(last);
      last.go();
    }
    for (int number = 1; wanted.size() < replicas; number++) {
      if (!wanted.containsKey(number) && !isLeaving(number)) {
        Replica replica = new Replica(name, number, spec, context);
        wanted.put(number, replica);
        replica.start();
      }
    }
  }

  /* A number is free again only when its process is gone: two of one name would confuse everyone. */
  private boolean isLeaving(int number) {
    leaving.removeIf(replica -> replica.state() == ReplicaState.GONE);
    return leaving.stream().anyMatch(replica -> replica.number() == number);
  }

  synchronized int size() {
    return wanted.size();
  }

  /** Those that stay and those that are leaving. */
  synchronized List<Replica> all() {
    leaving.removeIf(replica -> replica.state() == ReplicaState.GONE);
    List<Replica> all = new ArrayList<>(wanted.values());
    all.addAll(leaving);
    return all;
  }

  @Override
  public void stateChanged(Replica replica) {
    publish();
  }

  @Override
  public void event(Replica replica, boolean bad, String what) {
    events.event(replica, bad, what);
  }

  private synchronized void publish() {
    List<ReadyReplica> ready = new ArrayList<>();
    for (Replica replica : wanted.values()) {
      replica.ready().ifPresent(ready::add);
    }
    if (!ready.equals(published)) {
      published = List.copyOf(ready);
      endpoints.changed(name, published);
    }
  }
}
