package dev.headroom.gateway;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/** A replica that is a process of its own, so that it can be killed as one. */
final class ChildUpstream implements Closeable {
  private final Process process;
  private final int port;

  private ChildUpstream(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static ChildUpstream start() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                ChildUpstream.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
    return new ChildUpstream(process, Integer.parseInt(out.readLine()));
  }

  Replica replica(String instance) {
    return new Replica(instance, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** {@code kill -9}. */
  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** What {@code path} is answered with, so that every body can be checked. */
  static String content(String path) {
    return (path + " ").repeat(1 + Math.floorMod(path.hashCode(), 300));
  }

  public static void main(String[] args) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    server.createContext(
        "/",
        exchange -> {
          byte[] body =
              content(exchange.getRequestURI().getPath()).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    System.out.println(server.getAddress().getPort());
  }
}
