package dev.headroom.demo.traffic;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.headroom.demo.traffic.figures.Live;
import dev.headroom.demo.traffic.figures.Report;
import dev.headroom.demo.traffic.load.LiveUsers;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Lets others watch a run and change its number of users. Listens on the loopback only. */
final class ControlServer implements AutoCloseable {
  private static final int MOST_USERS = 1_000_000;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ObjectMapper json = JsonMapper.builder().build();
  private final LiveUsers users;
  private final Supplier<Stats> stats;

  /**
   * The answer to {@code GET /stats}.
   *
   * @param users now
   * @param inFlight visits being made now
   * @param live the last two seconds
   * @param report everything so far
   */
  record Stats(double users, long inFlight, Live live, Report report) {}

  ControlServer(int port, LiveUsers users, Supplier<Stats> stats) throws IOException {
    this.users = users;
    this.stats = stats;
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try {
      this.server = HttpServer.create(address, 0);
    } catch (BindException e) {
      throw new IOException(
          "--control: port " + port + " is taken; choose another, or 0 for any", e);
    }
    server.createContext("/stats", exchange -> handle(exchange, "/stats"));
    server.createContext("/users", exchange -> handle(exchange, "/users"));
    server.setExecutor(threads);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange, String path) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(path)) {
        answer(exchange, 404, "nothing here; there are GET /stats, PUT /users, DELETE /users\n");
        return;
      }
      switch (exchange.getRequestMethod() + " " + path) {
        case "GET /stats" -> {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          answer(exchange, 200, json.writeValueAsString(stats.get()));
        }
        case "PUT /users" -> setUsers(exchange);
        case "DELETE /users" -> {
          users.release();
          answer(exchange, 204, "");
        }
        default -> answer(exchange, 405, "not this method here\n");
      }
    }
  }

  private void setUsers(HttpExchange exchange) throws IOException {
    String text =
        new String(exchange.getRequestBody().readNBytes(64), StandardCharsets.UTF_8).trim();
    if (!text.matches("\\d{1,7}") || Integer.parseInt(text) > MOST_USERS) {
      answer(exchange, 400, "'" + text + "' (expected: a number up to " + MOST_USERS + ")\n");
      return;
    }
    users.fix(Integer.parseInt(text));
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    answer(exchange, 200, "{\"users\":" + Integer.parseInt(text) + "}");
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
