package dev.headroom.runtime;

import dev.headroom.spec.ResourcesSpec;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** One node with room for so many replicas. */
final class FakePlacement implements Placement {
  private final Map<String, String> placed = new ConcurrentHashMap<>();
  private final int room;

  FakePlacement(int room) {
    this.room = room;
  }

  @Override
  public synchronized Placed place(String service, String instance, ResourcesSpec resources) {
    if (!placed.containsKey(instance) && placed.size() >= room) {
      return new Placed.Nowhere("the only node is full");
    }
    placed.put(instance, "node-1");
    return new Placed.On("node-1");
  }

  @Override
  public void remove(String instance) {
    placed.remove(instance);
  }

  @Override
  public Optional<String> nodeOf(String instance) {
    return Optional.ofNullable(placed.get(instance));
  }
}
