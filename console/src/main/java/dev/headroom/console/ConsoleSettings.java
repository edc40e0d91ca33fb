package dev.headroom.console;

import dev.headroom.base.UserError;
import dev.headroom.spec.ApmSpec;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Where the console listens, and whom it lets in.
 *
 * @param port 0 picks a free one
 * @param token that it asks for; absent, it listens on loopback only
 */
public record ConsoleSettings(String address, int port, Optional<String> token) {
  private static final int SHORTEST_TOKEN = 16;

  /**
   * @throws UserError when others could read along: an address that is not loopback, without a
   *     token or with one that is easily guessed
   */
  public ConsoleSettings {
    if (token.isPresent() && token.get().length() < SHORTEST_TOKEN) {
      throw UserError.usage(
          "console token: %d characters (expected: %d or more, for example from openssl rand -hex 16)"
              .formatted(token.get().length(), SHORTEST_TOKEN));
    }
    if (token.isEmpty() && !isLoopback(address)) {
      throw UserError.usage(
          ("spec.apm.address: %s would let everybody there see the console (expected: a token, by"
                  + " spec.apm.consoleToken or --console-token; or the address 127.0.0.1)")
              .formatted(address));
    }
  }

  /** Without a token. */
  public ConsoleSettings(String address, int port) {
    this(address, port, Optional.empty());
  }

  public static ConsoleSettings of(ApmSpec spec, Optional<String> token) {
    return new ConsoleSettings(spec.address(), spec.console(), token);
  }

  boolean isLoopback() {
    return isLoopback(address);
  }

  private static boolean isLoopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
