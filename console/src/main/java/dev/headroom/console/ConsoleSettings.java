package dev.headroom.console;

import dev.headroom.spec.ApmSpec;

/**
 * Where the console listens.
 *
 * @param port 0 picks a free one
 */
public record ConsoleSettings(String address, int port) {

  public static ConsoleSettings of(ApmSpec spec) {
    return new ConsoleSettings(spec.address(), spec.console());
  }
}
