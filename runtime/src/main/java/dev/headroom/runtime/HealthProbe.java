package dev.headroom.runtime;

import dev.headroom.spec.HealthSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One HTTP GET to a replica, on a connection of its own: what a stranger would see. */
final class HealthProbe {
  private final InetSocketAddress address;
  private final int timeoutMillis;
  private final byte[] request;

  HealthProbe(InetSocketAddress address, HealthSpec spec) {
    this.address = address;
    this.timeoutMillis = (int) spec.timeout().toMillis();
    this.request =
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: headroom-health\r\nConnection: close\r\n\r\n"
            .formatted(spec.path(), address.getHostString(), address.getPort())
            .getBytes(StandardCharsets.US_ASCII);
  }

  /** Did it answer 200 to 399 in time? */
  boolean isGood() {
    try (Socket socket = new Socket()) {
      socket.connect(address, timeoutMillis);
      socket.setSoTimeout(timeoutMillis);
      socket.getOutputStream().write(request);
      InputStream in = socket.getInputStream();
      // "HTTP/1.1 200": twelve bytes say all.
      byte[] statusLine = in.readNBytes(12);
      if (statusLine.length < 12) {
        return false;
      }
      String text = new String(statusLine, StandardCharsets.US_ASCII);
      char hundreds = text.charAt(9);
      return text.startsWith("HTTP/1.") && (hundreds == '2' || hundreds == '3');
    } catch (IOException e) {
      return false;
    }
  }
}
