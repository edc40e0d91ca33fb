package dev.headroom.launcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.UserError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The admin port of a process: {@code /healthz} answers while it lives, {@code /readyz} asks every
 * component and answers 503 while one is down.
 */
final class AdminServer implements Component {
  private final HttpServer server;
  private final ExecutorService threads;
  private final Supplier<List<Component>> components;

  private AdminServer(
      HttpServer server, ExecutorService threads, Supplier<List<Component>> components) {
    this.server = server;
    this.threads = threads;
    this.components = components;
  }

  static AdminServer start(InetSocketAddress address, Supplier<List<Component>> components) {
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw UserError.machine(
          "admin port %d: cannot be bound: %s (expected: a free port; 0 picks one)"
              .formatted(address.getPort(), e.getMessage()));
    }
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    AdminServer admin = new AdminServer(server, threads, components);
    server.setExecutor(threads);
    server.createContext("/healthz", exchange -> answer(exchange, 200, "{\"status\":\"up\"}\n"));
    server.createContext("/readyz", admin::ready);
    server.start();
    return admin;
  }

  /** Answers under another path too, from here on. */
  void add(String path, HttpHandler handler) {
    server.createContext(path, handler);
  }

  private void ready(HttpExchange exchange) throws IOException {
    StringBuilder json = new StringBuilder("{\"components\":[");
    boolean down = false;
    String separator = "";
    for (Component component : components.get()) {
      Health health = component.check();
      String status =
          switch (health) {
            case Health.Up _ -> "\"status\":\"up\"";
            case Health.Degraded(String reason) ->
                "\"status\":\"degraded\",\"reason\":" + quoted(reason);
            case Health.Down(String reason) -> "\"status\":\"down\",\"reason\":" + quoted(reason);
          };
      down |= health instanceof Health.Down;
      json.append(separator).append("\n  {\"name\":").append(quoted(component.name()));
      json.append(',').append(status).append('}');
      separator = ",";
    }
    json.append("\n]}\n");
    answer(exchange, down ? 503 : 200, json.toString());
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
              } else if (c < 0x20) {
                json.append("\\u%04x".formatted(c));
              } else {
                json.append((char) c);
              }
            });
    return json.append('"').toString();
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public String name() {
    return "admin";
  }

  @Override
  public Health check() {
    return Health.up();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
