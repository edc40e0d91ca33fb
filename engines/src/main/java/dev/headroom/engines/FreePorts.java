package dev.headroom.engines;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Loopback TCP ports that nobody listens on, each given out once. All lie below Linux's range of
 * ephemeral ports (32768 and up), so that no outgoing connection takes one before its server
 * starts. Thread-safe.
 */
public final class FreePorts {
  /** Redis Cluster talks among its nodes on the port that lies this much higher. */
  static final int REDIS_BUS_OFFSET = 10_000;

  private static final int REDIS_FIRST = 10_000;
  private static final int FIRST = 22_000;
  private static final int LAST = 32_000;
  private static final int FIRST_UNPRIVILEGED = 1024;
  private static final int ATTEMPTS = 10_000;

  private static final FreePorts OF_THIS_JVM =
      new FreePorts(RandomGenerator.of("L64X128MixRandom"));

  private final RandomGenerator random;
  private final Set<Integer> given = new HashSet<>();

  public FreePorts(RandomGenerator random) {
    this.random = random;
  }

  /** One memory for the whole process, so that its parts do not get the same port. */
  public static FreePorts ofThisJvm() {
    return OF_THIS_JVM;
  }

  /** A free port for anything but Redis. */
  public synchronized int next() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = random.nextInt(FIRST, LAST);
      if (take(port)) {
        return port;
      }
    }
    throw UserError.machine("No free port between %d and %d".formatted(FIRST, LAST));
  }

  /** {@code count} free ports. */
  public List<Integer> next(int count) {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ports.add(next());
    }
    return ports;
  }

  /** A free port for a Redis server whose cluster bus port, 10,000 higher, is free as well. */
  public synchronized int nextForRedis() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = random.nextInt(REDIS_FIRST, FIRST);
      int bus = port + REDIS_BUS_OFFSET;
      if (!given.contains(bus) && isFree(bus) && take(port)) {
        given.add(bus);
        return port;
      }
    }
    throw UserError.machine(
        "No port between %d and %d is free together with the one %d higher"
            .formatted(REDIS_FIRST, FIRST, REDIS_BUS_OFFSET));
  }

  private boolean take(int port) {
    return !given.contains(port) && isFree(port) && given.add(port);
  }

  /** Whether a server could listen on {@code port} of 127.0.0.1 now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Fails with the owner's name when {@code port} is taken.
   *
   * @param purpose who wants it, for example {@code gateway}
   */
  public static void requireFree(int port, String purpose) {
    if (isFree(port)) {
      return;
    }
    if (port < FIRST_UNPRIVILEGED && !RunAs.isRoot() && PortOwner.of(port).isEmpty()) {
      throw UserError.machine(
          "Port %d for %s may only be opened by root; choose one from %d to 65535"
              .formatted(port, purpose, FIRST_UNPRIVILEGED));
    }
    String owner =
        PortOwner.of(port)
            .map(found -> "pid %d (%s)".formatted(found.pid(), found.command()))
            .orElse("a process that this user may not see");
    throw UserError.machine(
        "Port %d for %s is in use by %s; end that, or choose another port (0 takes a free one)"
            .formatted(port, purpose, owner));
  }
}
