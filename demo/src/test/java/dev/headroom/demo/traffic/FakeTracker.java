package dev.headroom.demo.traffic;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The issue tracker's HTTP contract in memory, for {@link #TENANTS} companies, with switches for
 * what may go wrong.
 */
public final class FakeTracker implements AutoCloseable {
  static {
    // Head and body leave in two segments, which Nagle and delayed acknowledgements make 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  public static final int TENANTS = 3;
  private static final Pattern ID = Pattern.compile("/(\\d+)");
  private static final Pattern FIELD =
      Pattern.compile("\"(title|status|priority|labels|email)\":(\"[^\"]*\"|\\d+|\\[[^]]*])");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicLong ids = new AtomicLong(1000);
  private final Map<Long, Map<String, String>> issues = new ConcurrentHashMap<>();
  private final Map<Long, Map<Long, Boolean>> comments = new ConcurrentHashMap<>();
  private final Map<Long, Map<Long, Boolean>> attachments = new ConcurrentHashMap<>();
  private final Map<Long, Integer> tenantOfIssue = new ConcurrentHashMap<>();
  private final Map<Long, Boolean> projects = new ConcurrentHashMap<>();
  private final AtomicInteger turn = new AtomicInteger();
  private final ReadWriteLock gate = new ReentrantReadWriteLock();

  /** Every request as "METHOD /path?query". */
  public final List<String> requests = new CopyOnWriteArrayList<>();

  /** Accounts that logged in. */
  public final Set<String> logins = ConcurrentHashMap.newKeySet();

  /** The status to answer with instead, for requests that it is not 0 for. */
  public volatile ToIntFunction<String> refusal = _ -> 0;

  /** Writes ("METHOD /path") that are acknowledged but not carried out. */
  public volatile Predicate<String> forgets = _ -> false;

  public FakeTracker() throws IOException {
    for (long tenant = 0; tenant < TENANTS; tenant++) {
      projects.put(10 + tenant, true);
      for (int i = 0; i < 10; i++) {
        issues.put(
            100 + tenant * 10 + i, issue("\"Broken login button\"", String.valueOf(i % 3 + 1)));
        tenantOfIssue.put(100 + tenant * 10 + i, (int) tenant);
      }
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Holds all answers until the returned is closed. */
  public AutoCloseable stall() {
    gate.writeLock().lock();
    return () -> gate.writeLock().unlock();
  }

  public long count(String method, String pathPattern) {
    Pattern pattern = Pattern.compile(method + " " + pathPattern + "(\\?.*)?");
    return requests.stream().filter(request -> pattern.matcher(request).matches()).count();
  }

  private static Map<String, String> issue(String title, String priority) {
    Map<String, String> issue = new ConcurrentHashMap<>();
    issue.put("title", title);
    issue.put("status", priority.equals("2") ? "\"open\"" : "\"in progress\"");
    issue.put("priority", priority);
    issue.put("labels", "[]");
    return issue;
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    String request = exchange.getRequestMethod() + " " + path;
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
    gate.readLock().lock();
    try (exchange) {
      int status = refusal.applyAsInt(request);
      Reply reply;
      if (status != 0) {
        reply = new Reply(status, "{}");
      } else if (path.startsWith("/api/") && !path.equals("/api/login") && tenant(exchange) < 0) {
        reply = new Reply(401, "{}");
      } else {
        reply = reply(exchange, request, path, new String(body, StandardCharsets.UTF_8));
      }
      exchange.getResponseHeaders().set("X-Replica", "web-" + turn.incrementAndGet() % 2);
      byte[] bytes = reply.body.getBytes(StandardCharsets.UTF_8);
      // 0 means chunked to this server.
      long length = reply.status == 204 ? -1 : request.hashCode() % 2 == 0 ? 0 : bytes.length;
      exchange.sendResponseHeaders(reply.status, length);
      if (length >= 0) {
        exchange.getResponseBody().write(bytes);
      }
    } finally {
      gate.readLock().unlock();
    }
  }

  private record Reply(int status, String body) {}

  private static int tenant(HttpExchange exchange) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    if (header == null || !header.startsWith("Bearer ")) {
      return -1;
    }
    String payload = header.substring(7).split("\\.")[1];
    Matcher tenant =
        Pattern.compile("\"org\":(\\d)")
            .matcher(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8));
    return tenant.find() ? Integer.parseInt(tenant.group(1)) : -1;
  }

  private Reply reply(HttpExchange exchange, String request, String path, String body) {
    String template = request.replaceAll("/\\d+", "/N");
    long id = id(path);
    return switch (template) {
      case "POST /api/login" -> login(body);
      case "GET /api/projects" -> items(tenantOnly(projects.keySet().stream(), exchange, 10));
      case "POST /api/projects" -> {
        long created = ids.incrementAndGet();
        projects.put(created, true);
        yield created(created);
      }
      case "GET /api/projects/N" -> new Reply(projects.containsKey(id) ? 200 : 404, "{}");
      case "GET /api/projects/N/issues" ->
          new Reply(
              200,
              issues.entrySet().stream()
                  .filter(e -> tenantOfIssue.getOrDefault(e.getKey(), -2) == tenant(exchange))
                  .map(e -> json(e.getKey(), e.getValue()))
                  .collect(Collectors.joining(",", "{\"items\":[", "]}")));
      case "POST /api/projects/N/issues" -> createIssue(request, body, tenant(exchange));
      case "GET /api/issues/N" -> {
        Map<String, String> issue = issues.get(id);
        yield issue == null ? new Reply(404, "{}") : new Reply(200, json(id, issue));
      }
      case "PATCH /api/issues/N", "PUT /api/issues/N/labels" -> change(request, id, body);
      case "DELETE /api/issues/N" -> {
        if (!forgets.test(request)) {
          issues.remove(id);
        }
        yield new Reply(204, "");
      }
      case "GET /api/issues/N/comments" -> list(comments, id, exchange);
      case "POST /api/issues/N/comments" -> add(comments, request, id);
      case "GET /api/issues/N/attachments" -> list(attachments, id, exchange);
      case "POST /api/issues/N/attachments" -> add(attachments, request, id);
      case "GET /api/labels" -> items(LongStream.rangeClosed(1, 5));
      case "GET /api/users" -> items(LongStream.rangeClosed(1, 9));
      case "GET /" ->
          new Reply(
              200,
              "<link href=\"/assets/app.1a2b.css\"><script src=\"/assets/app.3c4d.js\"></script>");
      case "GET /assets/app.1a2b.css", "GET /assets/app.3c4d.js", "GET /healthz" ->
          new Reply(200, "ok");
      case "POST /api/notifications/read" -> new Reply(204, "");
      case "POST /api/reports/rebuild", "POST /api/integrations/sync" -> new Reply(202, "{}");
      case "GET /api/issues/N/history",
          "GET /api/me",
          "GET /api/search",
          "GET /api/notifications",
          "GET /api/users/N",
          "GET /api/users/N/activity",
          "GET /api/dashboard",
          "GET /api/boards/N",
          "GET /api/reports/throughput",
          "GET /api/reports/workload",
          "GET /api/reports/ageing",
          "GET /api/audit",
          "GET /api/exports/N" ->
          new Reply(200, "{\"items\":[]}");
      default -> new Reply(404, "{}");
    };
  }

  private Reply login(String body) {
    String email = field(body, "email");
    if (email == null || !body.contains("\"password\":\"demo\"")) {
      return new Reply(401, "{}");
    }
    logins.add(email);
    int account = Integer.parseInt(email.replaceAll("\\D", ""));
    String payload =
        "{\"sub\":"
            + account
            + ",\"org\":"
            + account % TENANTS
            + ",\"exp\":"
            + (Instant.now().getEpochSecond() + 600)
            + "}";
    String token =
        "e30."
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(payload.getBytes(StandardCharsets.UTF_8))
            + ".x";
    return new Reply(
        200,
        "{\"token\":\""
            + token
            + "\",\"userId\":"
            + account
            + ",\"tenantId\":"
            + account % TENANTS
            + ",\"name\":{\"first\":\"A\"}}");
  }

  private Reply createIssue(String request, String body, int tenant) {
    String title = field(body, "title");
    String priority = field(body, "priority");
    if (title == null) {
      return new Reply(400, "{}");
    }
    long created = ids.incrementAndGet();
    tenantOfIssue.put(created, tenant);
    if (!forgets.test(request)) {
      issues.put(created, issue(title, priority == null ? "1" : priority));
    }
    return created(created);
  }

  private Reply change(String request, long id, String body) {
    Map<String, String> issue = issues.get(id);
    Matcher change = FIELD.matcher(body);
    if (issue == null || !change.find()) {
      return new Reply(issue == null ? 404 : 400, "{}");
    }
    if (!forgets.test(request)) {
      issue.put(change.group(1), change.group(2));
    }
    return new Reply(200, "{}");
  }

  private Reply add(Map<Long, Map<Long, Boolean>> lists, String request, long owner) {
    if (!issues.containsKey(owner)) {
      return new Reply(404, "{}");
    }
    long created = ids.incrementAndGet();
    if (!forgets.test(request)) {
      lists.computeIfAbsent(owner, _ -> new ConcurrentHashMap<>()).put(created, true);
    }
    return created(created);
  }

  /** Oldest first, so that what is new is on the last page. */
  private static Reply list(
      Map<Long, Map<Long, Boolean>> lists, long owner, HttpExchange exchange) {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    Matcher offset = Pattern.compile("offset=(\\d+)").matcher(query);
    List<Long> all = new ArrayList<>(lists.getOrDefault(owner, Map.of()).keySet());
    all.sort(null);
    int from = offset.find() ? Integer.parseInt(offset.group(1)) : 0;
    return items(all.stream().mapToLong(Long::longValue).skip(from).limit(200));
  }

  private static LongStream tenantOnly(Stream<Long> all, HttpExchange exchange, int base) {
    int tenant = tenant(exchange);
    return all.mapToLong(Long::longValue).filter(id -> id > 1000 || id == base + tenant);
  }

  private static Reply items(LongStream all) {
    return new Reply(
        200,
        all.mapToObj(id -> "{\"name\":\"x\",\"id\":" + id + "}")
            .collect(Collectors.joining(",", "{\"total\":{\"n\":1},\"items\":[", "]}")));
  }

  private static Reply created(long id) {
    return new Reply(201, "{\"id\":" + id + "}");
  }

  private static String json(long id, Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(e -> ",\"" + e.getKey() + "\":" + e.getValue())
        .collect(Collectors.joining("", "{\"id\":" + id, "}"));
  }

  private static @Nullable String field(String body, String name) {
    Matcher field = FIELD.matcher(body);
    while (field.find()) {
      if (field.group(1).equals(name)) {
        return field.group(2);
      }
    }
    return null;
  }

  private static long id(String path) {
    Matcher id = ID.matcher(path);
    return id.find() ? Long.parseLong(id.group(1)) : -1;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
