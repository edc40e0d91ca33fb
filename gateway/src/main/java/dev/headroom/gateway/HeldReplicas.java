package dev.headroom.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The replicas that services have, and those of them that somebody has taken out by hand. Not
 * thread-safe.
 */
final class HeldReplicas {
  private final Map<String, List<Replica>> all = new HashMap<>();
  private final Set<String> held = new HashSet<>();

  /** Those of the service's replicas that are to be used. One that goes is held no longer. */
  List<Replica> replicas(String service, List<Replica> replicas) {
    all.put(service, List.copyOf(replicas));
    held.removeIf(
        instance ->
            all.values().stream()
                .flatMap(List::stream)
                .noneMatch(replica -> replica.instance().equals(instance)));
    return replicas.stream().filter(replica -> !isHeld(replica.instance())).toList();
  }

  /** The services that have a replica of that name, with all their replicas. */
  Map<String, List<Replica>> hold(String instance, boolean hold) {
    Map<String, List<Replica>> its = new HashMap<>();
    all.forEach(
        (service, replicas) -> {
          if (replicas.stream().anyMatch(replica -> replica.instance().equals(instance))) {
            its.put(service, new ArrayList<>(replicas));
          }
        });
    if (hold && !its.isEmpty()) {
      held.add(instance);
    } else {
      held.remove(instance);
    }
    return its;
  }

  boolean isHeld(String instance) {
    return held.contains(instance);
  }

  void each(BiConsumer<String, Replica> action) {
    all.forEach(
        (service, replicas) ->
            replicas.stream()
                .filter(replica -> isHeld(replica.instance()))
                .forEach(replica -> action.accept(service, replica)));
  }
}
