package dev.headroom.gateway.upstream;

import dev.headroom.spec.HealthSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;

/** Asks one replica for its health path again and again, on a virtual thread of its own. */
final class HealthProbe implements AutoCloseable {
  /** Hears of every check. */
  interface Listener {
    void checked(Upstream upstream, boolean passed, String reason);
  }

  private static final int MAX_RESPONSE = 64 * 1024;

  private final Upstream upstream;
  private final Supplier<HealthSpec> health;
  private final Listener listener;
  private final Thread thread;

  private HealthProbe(Upstream upstream, Supplier<HealthSpec> health, Listener listener) {
    this.upstream = upstream;
    this.health = health;
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("health " + upstream).unstarted(this::run);
  }

  /** Checks at once and from then on, with the settings that hold at each time. */
  static HealthProbe start(Upstream upstream, Supplier<HealthSpec> health, Listener listener) {
    HealthProbe probe = new HealthProbe(upstream, health, listener);
    probe.thread.start();
    return probe;
  }

  boolean isOf(Upstream other) {
    return upstream == other;
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        HealthSpec now = health.get();
        String failure = check(upstream.address(), now);
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        listener.checked(upstream, failure.isEmpty(), failure.isEmpty() ? "check passed" : failure);
        Thread.sleep(now.interval());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Closed.
    }
  }

  /** Why the replica is not healthy, empty when it is. */
  static String check(InetSocketAddress address, HealthSpec health) {
    long deadline = System.nanoTime() + health.timeout().toNanos();
    try (Socket socket = new Socket()) {
      socket.connect(address, millisUntil(deadline));
      String request =
          "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: headroom-health\r\nConnection: close\r\n\r\n"
              .formatted(health.path(), address.getHostString(), address.getPort());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String statusLine = statusLine(socket, deadline);
      boolean healthy = statusLine.matches("HTTP/1\\.[01] [23]\\d\\d.*");
      return healthy ? "" : "answered " + statusLine;
    } catch (SocketTimeoutException e) {
      return "no answer within " + health.timeout();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /* Reads to the end, so that the replica does not see a broken connection on every check. */
  private static String statusLine(Socket socket, long deadline) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] first = new byte[64];
    byte[] rest = new byte[4096];
    int length = 0;
    int total = 0;
    while (total < MAX_RESPONSE) {
      socket.setSoTimeout(millisUntil(deadline));
      int read;
      try {
        read =
            length < first.length ? in.read(first, length, first.length - length) : in.read(rest);
      } catch (SocketTimeoutException e) {
        if (length < "HTTP/1.1 200".length()) {
          throw e;
        }
        break; // It has answered, and keeps the connection although asked not to.
      }
      if (read < 0) {
        break;
      }
      length = Math.min(first.length, length + read);
      total += read;
    }
    String text = new String(first, 0, length, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\r');
    return end < 0 ? text : text.substring(0, end);
  }

  private static int millisUntil(long deadline) throws SocketTimeoutException {
    long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
    if (left <= 0) {
      throw new SocketTimeoutException();
    }
    return (int) left;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
