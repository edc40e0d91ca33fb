package dev.headroom.e2e;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Somebody's application, as a process: takes its time, answers with its port and what it was sent,
 * and ends at once when it is told to, whatever it is doing.
 */
final class SlowApplication {
  private static final Duration LONGEST = Duration.ofMillis(300);

  private SlowApplication() {}

  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(System.getenv("PORT"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          String sent =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          if (!exchange.getRequestURI().getPath().equals("/healthz")) {
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST.toNanos()));
          }
          byte[] body = (port + " " + sent).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }
}
