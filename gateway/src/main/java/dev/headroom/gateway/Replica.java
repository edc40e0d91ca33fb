package dev.headroom.gateway;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * One running copy of a service, as the gateway is told of it.
 *
 * @param instance its name, for example {@code api-3}; a new process has a new name or address
 */
public record Replica(String instance, InetSocketAddress address) {

  public Replica {
    Objects.requireNonNull(instance, "instance");
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(
          "replica " + instance + ": " + address + " (expected: an address that resolves)");
    }
  }
}
