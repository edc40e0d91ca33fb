package dev.headroom.runtime;

import java.util.List;

/** Is told who may be sent requests. Called one change at a time per service. */
@FunctionalInterface
public interface EndpointListener {

  /** {@code ready} replaces what was said before of {@code service}. */
  void changed(String service, List<ReadyReplica> ready);
}
