package dev.headroom.runtime;

import dev.headroom.spec.ResourcesSpec;
import java.util.Optional;

/** Where replicas run: the simulated nodes. Thread-safe. */
public interface Placement {

  /** The node that takes it, or a reason why none can. */
  sealed interface Placed {
    record On(String node) implements Placed {}

    record Nowhere(String reason) implements Placed {}
  }

  Placed place(String service, String instance, ResourcesSpec resources);

  void remove(String instance);

  /** The node that has {@code instance}. */
  Optional<String> nodeOf(String instance);
}
