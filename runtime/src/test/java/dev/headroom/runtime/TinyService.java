package dev.headroom.runtime;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/** A service as small as can be: run as a child process by the tests. */
final class TinyService {

  private static final Queue<byte[]> EATEN = new ConcurrentLinkedQueue<>();

  private TinyService() {}

  public static void main(String[] args) throws IOException {
    if (args.length > 0 && args[0].equals("fail")) {
      System.out.println("cannot find my configuration");
      System.exit(3);
    }
    AtomicBoolean sick = new AtomicBoolean();
    int port = Integer.parseInt(System.getenv("PORT"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext(
        "/",
        exchange -> {
          if (exchange.getRequestURI().getPath().equals("/sicken")) {
            sick.set(true);
          }
          if (exchange.getRequestURI().getPath().equals("/eat")) {
            for (int i = 0; i < 200; i++) {
              byte[] eaten = new byte[1 << 20];
              Arrays.fill(eaten, (byte) 1);
              EATEN.add(eaten);
            }
          }
          byte[] body =
              (System.getenv("HEADROOM_INSTANCE") + " " + System.getenv("GREETING"))
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(sick.get() ? 500 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }
}
