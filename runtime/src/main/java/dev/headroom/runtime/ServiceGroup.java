package dev.headroom.runtime;

import dev.headroom.autoscaler.ReplicaSize;
import dev.headroom.spec.ServiceSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The replicas of one service, by number. */
final class ServiceGroup implements Replica.Listener {
  /* A replica that has to leave its node is replaced: its successor is started first, both are
   * wanted until the successor is ready, and count as one. */

  private final String name;
  private final Replica.Context context;
  private final EndpointListener endpoints;
  private final Replica.Listener events;

  // Guarded by this; publishing happens inside, so that listeners see changes in order.
  private final TreeMap<Integer, Replica> wanted = new TreeMap<>();
  private final Map<Replica, Replica> successors = new LinkedHashMap<>();
  private final List<Replica> leaving = new ArrayList<>();
  private ServiceSpec spec;
  private ReplicaSize sizeOfNew;
  private List<ReadyReplica> published = List.of();

  ServiceGroup(
      String name,
      ServiceSpec spec,
      Replica.Context context,
      EndpointListener endpoints,
      Replica.Listener events) {
    this.name = name;
    this.spec = spec;
    this.sizeOfNew = sizeOf(spec);
    this.endpoints = endpoints;
    this.events = events;
    this.context =
        new Replica.Context(
            context.launch(),
            context.registry(),
            context.nodes(),
            context.drain(),
            context.starts(),
            context.outOfMemory(),
            this,
            context.time());
  }

  private static ReplicaSize sizeOf(ServiceSpec spec) {
    return new ReplicaSize(spec.resources().cpu(), spec.resources().memory());
  }

  synchronized ServiceSpec spec() {
    return spec;
  }

  synchronized void respec(ServiceSpec next) {
    boolean sized = !sizeOf(next).equals(sizeOf(spec));
    spec = next;
    wanted.values().forEach(replica -> replica.respec(next));
    if (sized) {
      sizeOfNew = sizeOf(next);
      List.copyOf(wanted.values())
          .forEach(replica -> resize(replica.instance(), sizeOfNew, "resources changed"));
    }
  }

  /** Goes to {@code replicas}: new ones take the lowest free numbers, the highest leave first. */
  synchronized void scale(int replicas) {
    while (size() > replicas) {
      if (successors.isEmpty()) {
        leave(wanted.lastEntry().getValue());
      } else {
        // Two that count as one, of which at least one has no requests yet: both.
        Map.Entry<Replica, Replica> pair = successors.entrySet().iterator().next();
        successors.remove(pair.getKey());
        leave(pair.getKey());
        leave(pair.getValue());
      }
    }
    while (size() < replicas) {
      startNew(sizeOfNew);
    }
  }

  private Replica startNew(ReplicaSize size) {
    int number = 1;
    while (wanted.containsKey(number) || isLeaving(number)) {
      number++;
    }
    Replica replica = new Replica(name, number, spec, size, context);
    wanted.put(number, replica);
    replica.start();
    return replica;
  }

  private void leave(Replica replica) {
    wanted.remove(replica.number());
    leaving.add(replica);
    replica.go();
  }

  /* A number is free again only when its process is gone: two of one name would confuse everyone. */
  private boolean isLeaving(int number) {
    leaving.removeIf(replica -> replica.state() == ReplicaState.GONE);
    return leaving.stream().anyMatch(replica -> replica.number() == number);
  }

  synchronized int size() {
    return wanted.size() - successors.size();
  }

  synchronized void sizeOfNew(ReplicaSize size) {
    sizeOfNew = size;
  }

  /** Replicas that neither leave nor are being replaced. */
  synchronized List<Replica> staying() {
    return wanted.values().stream().filter(replica -> !successors.containsKey(replica)).toList();
  }

  /** Gives a replica another size: in place where its node has the room, else by a successor. */
  synchronized void resize(String instance, ReplicaSize size, String reason) {
    find(instance)
        .ifPresent(
            replica -> {
              boolean inPlace =
                  replica.state() == ReplicaState.UNPLACED
                      || context.nodes().resize(instance, size);
              if (inPlace) {
                replica.resized(size);
                event(replica, false, "asks for %s now, in place: %s".formatted(size, reason));
              } else {
                replace(replica, size, reason);
              }
            });
  }

  /** Starts a successor elsewhere; {@code instance} leaves when that one is ready. */
  synchronized void move(String instance, String reason) {
    find(instance).ifPresent(replica -> replace(replica, replica.size(), reason));
  }

  private void replace(Replica replica, ReplicaSize size, String reason) {
    if (!successors.containsKey(replica)) {
      Replica successor = startNew(size);
      Optional<Replica> waiting = predecessor(replica);
      successors.put(waiting.orElse(replica), successor);
      if (waiting.isPresent()) {
        // It was to take over from another, and has not yet: that one waits for the new one.
        leave(replica);
      }
      event(
          replica,
          false,
          "is replaced by %s with %s: %s".formatted(successor.instance(), size, reason));
    }
  }

  /** Its machine is gone: what has a successor is over, the others start anew elsewhere. */
  synchronized void lose(String instance, String reason) {
    for (Replica replica : all()) {
      if (replica.instance().equals(instance)) {
        if (successors.remove(replica) != null) {
          leave(replica);
        }
        replica.lose(reason);
      }
    }
    publish();
  }

  private Optional<Replica> predecessor(Replica successor) {
    return successors.entrySet().stream()
        .filter(pair -> pair.getValue() == successor)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private Optional<Replica> find(String instance) {
    return staying().stream().filter(replica -> replica.instance().equals(instance)).findFirst();
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
    synchronized (this) {
      if (replica.state() == ReplicaState.READY) {
        predecessor(replica)
            .ifPresent(
                old -> {
                  successors.remove(old);
                  leave(old);
                });
      }
      publish();
    }
  }

  @Override
  public void event(Replica replica, boolean bad, String what) {
    events.event(replica, bad, what);
  }

  @Override
  public void outOfMemory(Replica replica, String why, long peakBytes) {
    events.outOfMemory(replica, why, peakBytes);
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
