package dev.headroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.gateway.proxy.Timeouts;
import dev.headroom.signals.Exchange;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.GatewaySpec;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway over real sockets, between a client and replicas that are scripted byte by byte. */
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // HTTP has CRLF, text blocks have LF.
class GatewayTest {
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Queue<Telemetry> telemetry = new ConcurrentLinkedQueue<>();
  private final Queue<Exchange> exchanges = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private Gateway gateway(RawUpstream... upstreams) {
    return gateway(GatewayTest::timeouts, upstreams);
  }

  private Gateway gateway(Function<GatewaySpec, Timeouts> timeouts, RawUpstream... upstreams) {
    Gateway gateway =
        Gateway.start(
            TestApps.app(),
            telemetry::add,
            TimeSource.system(),
            (exchange, _, _) -> exchanges.add(exchange),
            timeouts);
    open.add(gateway);
    List<Replica> replicas = new ArrayList<>();
    for (RawUpstream upstream : upstreams) {
      replicas.add(upstream.replica("web-" + replicas.size()));
    }
    gateway.replicas("web", replicas);
    return gateway;
  }

  private static Timeouts timeouts(GatewaySpec spec) {
    return Timeouts.of(spec);
  }

  /* Everything impatient, one after the other longer where they could be mistaken. */
  private static Timeouts impatient(GatewaySpec spec) {
    return new Timeouts(
        Duration.ofMillis(300),
        Duration.ofMillis(300),
        Duration.ofMillis(600),
        Duration.ofMillis(300),
        Duration.ofMillis(300),
        Duration.ofMillis(300),
        Duration.ofMillis(300),
        Duration.ofMillis(600),
        Duration.ofMillis(200));
  }

  private RawUpstream upstream(RawUpstream.Handler handler) {
    RawUpstream upstream = new RawUpstream(handler);
    open.add(upstream);
    return upstream;
  }

  private RawClient client(Gateway gateway) throws IOException {
    RawClient client = new RawClient(gateway.address());
    open.add(client);
    return client;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void replicas_may_still_go_when_it_has_ended() {
    Gateway gateway = gateway(upstream(request -> request.ok("hello")));
    gateway.close();
    assertThatCode(() -> gateway.replicas("web", List.of())).doesNotThrowAnyException();
  }

  @Test
  void forwards_and_keeps_both_connections() throws Exception {
    RawUpstream upstream = upstream(request -> request.ok("hello " + request.line()));
    RawClient client = client(gateway(upstream));

    for (int i = 0; i < 5; i++) {
      RawClient.Response response = client.get("/api/issues/" + i + "?q=1");
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("hello GET /api/issues/" + i + "?q=1 HTTP/1.1");
    }

    assertThat(upstream.connections).hasValue(1);
    await(() -> exchanges.size() == 5); // Recorded after the last byte, so after it was read.
    assertThat(exchanges)
        .hasSize(5)
        .allSatisfy(
            exchange -> {
              assertThat(exchange.service()).isEqualTo("web");
              assertThat(exchange.instance()).isEqualTo("web-0");
              assertThat(exchange.route()).isEqualTo("/api/issues/{id}");
              assertThat(exchange.status()).isEqualTo(200);
              assertThat(exchange.responseBytes()).isEqualTo(36);
              assertThat(exchange.upstreamNanos()).isPositive();
              assertThat(exchange.durationNanos()).isGreaterThan(exchange.upstreamNanos());
            });
  }

  @Test
  void removes_what_ends_at_a_hop_and_what_nobody_is_trusted_to_say() throws Exception {
    RawUpstream upstream =
        upstream(
            request ->
                request.send(
                    "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Secret\r\nX-Secret: 1\r\n"
                        + "Keep-Alive: timeout=5\r\nX-Kept: 1\r\nContent-Length: 0\r\n\r\n"));
    RawClient client = client(gateway(upstream));

    RawClient.Response response =
        client
            .send(
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: X-Gone, keep-alive\r\nX-Gone: 1\r\n"
                    + "Keep-Alive: 1\r\nTE: trailers\r\nX-Forwarded-For: 6.6.6.6\r\n"
                    + "Forwarded: for=6.6.6.6\r\nX-Kept: 1\r\nUpgrade: h2c\r\n\r\n")
            .read();

    String head = upstream.heads.element();
    assertThat(head)
        .contains("\r\nX-Kept: 1\r\n")
        .contains("\r\nX-Forwarded-For: 127.0.0.1\r\n")
        .doesNotContain("6.6.6.6")
        .doesNotContainIgnoringCase("x-gone")
        .doesNotContainIgnoringCase("keep-alive")
        .doesNotContainIgnoringCase("upgrade")
        .doesNotContain("TE:");
    assertThat(response.has("X-Kept: 1")).isTrue();
    assertThat(response.hasField("X-Secret")).isFalse();
    assertThat(response.hasField("Keep-Alive")).isFalse();
    assertThat(response.hasField("Connection")).isFalse();
  }

  @Test
  void continues_a_trace_and_begins_one() throws Exception {
    RawUpstream upstream = upstream(request -> request.ok(""));
    RawClient client = client(gateway(upstream));
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    client
        .send(
            "GET / HTTP/1.1\r\nHost: a\r\ntracestate: x=1\r\ntraceparent: 00-"
                + trace
                + "-00f067aa0ba902b7-01\r\n\r\n")
        .read();
    client.send("GET / HTTP/1.1\r\nHost: a\r\ntracestate: x=1\r\ntraceparent: junk\r\n\r\n").read();

    await(() -> exchanges.size() == 2);
    List<String> heads = List.copyOf(upstream.heads);
    Exchange continued = exchanges.remove();
    assertThat(heads.get(0))
        .contains("traceparent: 00-" + trace + "-" + continued.trace().spanId() + "-01\r\n")
        .contains("tracestate: x=1")
        .doesNotContain("00f067aa0ba902b7");
    assertThat(continued.parent().orElseThrow().toString()).isEqualTo("00f067aa0ba902b7");
    Exchange begun = exchanges.remove();
    assertThat(heads.get(1))
        .contains("traceparent: " + begun.trace().traceparent() + "\r\n")
        .doesNotContain("junk")
        .doesNotContain("tracestate");
    assertThat(begun.parent()).isEmpty();
  }

  @Test
  void answers_pipelined_requests_in_order() throws Exception {
    RawUpstream upstream =
        upstream(
            request -> {
              byte[] body = request.line().startsWith("POST") ? request.readBody(3) : new byte[0];
              request.ok(request.line() + new String(body, StandardCharsets.US_ASCII));
            });
    RawClient client = client(gateway(upstream));
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
      all.append("POST /p")
          .append(i)
          .append(" HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    }

    client.send(all.toString());

    for (int i = 0; i < 50; i++) {
      assertThat(client.read().body()).isEqualTo("GET /" + i + " HTTP/1.1");
      assertThat(client.read().body()).isEqualTo("POST /p" + i + " HTTP/1.1abc");
    }
  }

  @Test
  void streams_chunks_both_ways_and_writes_them_anew() throws Exception {
    RawUpstream upstream =
        upstream(
            request -> {
              String body = new String(request.readBody(34), StandardCharsets.US_ASCII);
              assertThat(body).isEqualTo("5\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n");
              request.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
              request.send("0002;ext=1\r\nde\r\n0\r\nX-Sum: 9\r\nContent-Length: 4\r\n\r\n");
            });
    RawClient client = client(gateway(upstream));

    RawClient.Response response =
        client
            .send(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "005;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\nHost: evil\r\n\r\n")
            .read();

    assertThat(response.body()).isEqualTo("abcde");
    assertThat(response.trailers()).isEqualTo("X-Sum: 9\n");
  }

  @Test
  void http_1_0_clients_get_plain_bodies() throws Exception {
    RawUpstream upstream =
        upstream(
            request -> {
              if (request.line().contains("/length")) {
                request.ok("abc");
              } else {
                request.send(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
              }
            });
    Gateway gateway = gateway(upstream);

    RawClient.Response plain = client(gateway).send("GET / HTTP/1.0\r\n\r\n").read();
    assertThat(plain.body()).isEqualTo("abc");
    assertThat(plain.hasField("Transfer-Encoding")).isFalse();
    assertThat(upstream.heads.element()).contains("\r\nHost: 127.0.0.1:");

    RawClient kept = client(gateway);
    for (int i = 0; i < 2; i++) {
      kept.send("GET /length HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      RawClient.Response response = kept.read();
      assertThat(response.body()).isEqualTo("abc");
      assertThat(response.has("Connection: keep-alive")).isTrue();
    }
  }

  @Test
  void a_body_until_close_becomes_chunks() throws Exception {
    RawUpstream upstream =
        upstream(
            request -> {
              request.send("HTTP/1.1 200 OK\r\n\r\nall");
              request.send(" of it");
              request.socket().close();
            });
    RawClient client = client(gateway(upstream));

    assertThat(client.get("/").body()).isEqualTo("all of it");
    assertThat(client.get("/").body()).isEqualTo("all of it");
  }

  @Test
  void responses_without_body_end_where_they_end() throws Exception {
    RawUpstream upstream =
        upstream(
            request -> {
              switch (request.line().split(" ")[1]) {
                case "/head" -> request.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
                case "/204" -> request.send("HTTP/1.1 204 No Content\r\n\r\n");
                case "/304" ->
                    request.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
                default -> request.ok("next");
              }
            });
    RawClient client = client(gateway(upstream));

    RawClient.Response head = client.send("HEAD /head HTTP/1.1\r\nHost: a\r\n\r\n").read(true);
    assertThat(head.has("Content-Length: 500")).isTrue();
    assertThat(client.get("/204").status()).isEqualTo(204);
    assertThat(client.get("/304").status()).isEqualTo(304);
    assertThat(client.get("/").body()).isEqualTo("next");
    assertThat(upstream.connections).hasValue(1);
  }

  @Test
  void passes_100_continue_and_other_interim_responses() throws Exception {
    RawUpstream upstream =
        upstream(
            request -> {
              assertThat(request.has("Expect: 100-continue")).isTrue();
              request.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
              request.send("HTTP/1.1 100 Continue\r\n\r\n");
              request.ok(new String(request.readBody(5), StandardCharsets.US_ASCII));
            });
    RawClient client = client(gateway(upstream));

    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    assertThat(client.read().status()).isEqualTo(103);
    assertThat(client.read().status()).isEqualTo(100);
    assertThat(client.send("hello").read().body()).isEqualTo("hello");
  }

  @Test
  void an_early_answer_reaches_a_client_that_still_sends() throws Exception {
    RawUpstream upstream =
        upstream(
            request -> {
              request.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
              request.body().transferTo(OutputStream.nullOutputStream());
            });
    RawClient client = client(gateway(upstream));

    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n0123456789");
    RawClient.Response response = client.read();

    assertThat(response.status()).isEqualTo(413);
    assertThat(response.body()).isEqualTo("big");
    assertThat(response.has("Connection: close")).isTrue();
    assertThat(client.isEnded()).isTrue();
  }

  @Test
  void a_websocket_becomes_a_tunnel_with_halves() throws Exception {
    RawUpstream upstream =
        upstream(
            request -> {
              assertThat(request.has("Upgrade: websocket")).isTrue();
              assertThat(request.has("Connection: Upgrade")).isTrue();
              request.send(
                  "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                      + "Upgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\nfirst");
              byte[] buffer = new byte[1024];
              int read;
              while ((read = request.body().read(buffer)) >= 0) {
                request.out().write(buffer, 0, read);
              }
              request.send("bye");
              request.socket().close();
            });
    Gateway gateway = gateway(upstream);
    RawClient client = client(gateway);

    client.send(
        "GET /ws/live HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\nearly");
    RawClient.Response response = client.read();
    assertThat(response.status()).isEqualTo(101);
    assertThat(response.has("Sec-WebSocket-Accept: x")).isTrue();
    assertThat(response.has("Upgrade: websocket")).isTrue();
    assertThat(client.readRaw(10)).isEqualTo("firstearly");
    client.send("ping");
    assertThat(client.readRaw(4)).isEqualTo("ping");

    // It does not keep its replica from draining.
    gateway.replicas("web", List.of());
    gateway.drained("web-0").get(5, TimeUnit.SECONDS);
    client.send("pong");
    assertThat(client.readRaw(4)).isEqualTo("pong");

    client.socket().shutdownOutput();
    assertThat(client.readRaw(3)).isEqualTo("bye");
    assertThat(client.isEnded()).isTrue();
    await(() -> !exchanges.isEmpty());
    assertThat(exchanges.element().status()).isEqualTo(101);
  }

  @Test
  void a_large_upload_and_download_pass_at_constant_memory() throws Exception {
    long size = 256L << 20;
    AtomicLong received = new AtomicLong();
    RawUpstream upstream =
        upstream(
            request -> {
              byte[] buffer = new byte[65536];
              long left = size;
              while (left > 0) {
                int read = request.body().read(buffer, 0, (int) Math.min(buffer.length, left));
                left -= read;
                received.addAndGet(read);
              }
              request.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
              for (left = size; left > 0; left -= buffer.length) {
                request.out().write(buffer);
              }
            });
    RawClient client = client(gateway(upstream));
    client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n");
    long before = usedMemory();

    OutputStream out = client.socket().getOutputStream();
    byte[] piece = new byte[1 << 20];
    for (long sent = 0; sent < size; sent += piece.length) {
      out.write(piece);
    }
    await(() -> received.get() == size);
    // The client does not read yet: what the replica sends must wait there, not here.
    TimeUnit.MILLISECONDS.sleep(300);
    long held = usedMemory() - before;

    assertThat(held).isLessThan(32 << 20);
    RawClient.Response response = readAndCount(client, size);
    assertThat(response.status()).isEqualTo(200);
    assertThat(exchanges.element().requestBytes()).isEqualTo(size);
    assertThat(exchanges.element().responseBytes()).isEqualTo(size);
  }

  private RawClient.Response readAndCount(RawClient client, long size) throws Exception {
    String head = RawUpstream.readHead(client.socket().getInputStream());
    byte[] buffer = new byte[1 << 20];
    for (long left = size; left > 0; ) {
      int read =
          client.socket().getInputStream().read(buffer, 0, (int) Math.min(buffer.length, left));
      assertThat(read).isPositive();
      left -= read;
    }
    await(() -> !exchanges.isEmpty());
    return new RawClient.Response(head, "", "");
  }

  private static long usedMemory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return runtime.totalMemory() - runtime.freeMemory() + direct;
  }

  @Test
  void a_stale_connection_is_replaced_without_the_client_seeing_it() throws Exception {
    AtomicBoolean stale = new AtomicBoolean();
    RawUpstream upstream =
        upstream(
            request -> {
              if (stale.get() && request.number() > 1) {
                throw new IOException("closed as the request arrives");
              }
              request.ok("fine");
            });
    RawClient client = client(gateway(upstream));
    assertThat(client.get("/").body()).isEqualTo("fine");
    stale.set(true);

    assertThat(client.get("/").body()).isEqualTo("fine");
    assertThat(upstream.connections).hasValue(2);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    assertThat(client.read().status()).as("a POST is not repeated").isEqualTo(502);
  }

  @Test
  void a_killed_replica_costs_no_get_and_is_avoided() throws Exception {
    RawUpstream first = upstream(request -> request.ok("first"));
    RawUpstream second = upstream(request -> request.ok("second"));
    Gateway gateway = gateway(first, second);
    AtomicBoolean stop = new AtomicBoolean();
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    AtomicInteger answers = new AtomicInteger();
    List<Thread> clients = load(gateway, "GET", stop, answers, failures, 8);
    await(() -> answers.get() > 500 && first.requests.get() > 50);

    first.close();
    int then = answers.get();
    await(() -> answers.get() > then + 2000);
    stop.set(true);
    for (Thread client : clients) {
      client.join();
    }

    assertThat(failures).isEmpty();
    assertThat(exchanges).allSatisfy(exchange -> assertThat(exchange.status()).isEqualTo(200));
  }

  @Test
  void a_removed_replica_drains_and_costs_no_request() throws Exception {
    RawUpstream slow =
        upstream(
            request -> {
              pause(20);
              request.ok("slow");
            });
    RawUpstream other = upstream(request -> request.ok("other"));
    Gateway gateway = gateway(slow, other);
    AtomicBoolean stop = new AtomicBoolean();
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    AtomicInteger answers = new AtomicInteger();
    // POST is never repeated, so one that the removal loses would show.
    List<Thread> clients = load(gateway, "POST", stop, answers, failures, 8);
    await(() -> slow.requests.get() > 20);

    for (int i = 0; i < 10; i++) {
      String name = "web-" + (10 + i);
      gateway.replicas("web", List.of(other.replica("web-1")));
      gateway.drained(i == 0 ? "web-0" : "web-" + (9 + i)).get(5, TimeUnit.SECONDS);
      int seen = slow.requests.get();
      int then = answers.get();
      await(() -> answers.get() > then + 50);
      assertThat(slow.requests).as("requests after the drain").hasValue(seen);
      gateway.replicas("web", List.of(other.replica("web-1"), slow.replica(name)));
      await(() -> slow.requests.get() > seen + 3);
    }
    gateway.replicas("web", List.of(other.replica("web-1")));
    gateway.drained("web-19").get(5, TimeUnit.SECONDS);
    slow.close();
    int then = answers.get();
    await(() -> answers.get() > then + 200);
    stop.set(true);
    for (Thread client : clients) {
      client.join();
    }

    assertThat(failures).isEmpty();
  }

  private List<Thread> load(
      Gateway gateway,
      String method,
      AtomicBoolean stop,
      AtomicInteger answers,
      Queue<String> failures,
      int clients) {
    return Stream.generate(
            () ->
                Thread.ofVirtual()
                    .start(
                        () -> {
                          try (RawClient client = new RawClient(gateway.address())) {
                            while (!stop.get()) {
                              client.send(
                                  method
                                      + " /api/me HTTP/1.1\r\nHost: a\r\n"
                                      + "Content-Length: 0\r\n\r\n");
                              RawClient.Response response = client.read();
                              if (response.status() != 200) {
                                failures.add(response.head() + response.body());
                              }
                              answers.incrementAndGet();
                            }
                          } catch (IOException e) {
                            failures.add(e.toString());
                          }
                        }))
        .limit(clients)
        .toList();
  }

  private static void pause(int millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void an_unhealthy_replica_gets_nothing_until_it_recovers() throws Exception {
    RawUpstream good = upstream(request -> request.ok("good"));
    RawUpstream sick = upstream(request -> request.ok("sick"));
    sick.healthy = false;
    Gateway gateway = gateway(good, sick);
    RawClient client = client(gateway);
    await(() -> gateway.check().isUp());

    int before = sick.requests.get();
    for (int i = 0; i < 50; i++) {
      assertThat(client.get("/").body()).isEqualTo("good");
    }
    assertThat(sick.requests).hasValue(before);
    sick.healthy = true;
    await(
        () -> {
          try {
            return client.get("/").body().equals("sick");
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    good.healthy = false;
    sick.healthy = false;
    await(() -> !gateway.check().isUp());
    assertThat(client.get("/").status()).as("all sick: still try").isEqualTo(200);
  }

  @Test
  void answers_by_itself_when_nobody_can() throws Exception {
    RawUpstream gone = upstream(request -> request.ok(""));
    Gateway gateway = gateway();
    RawClient client = client(gateway);

    RawClient.Response none = client.get("/api/me");
    assertThat(none.status()).isEqualTo(503);
    assertThat(none.has("Retry-After: 1")).isTrue();
    assertThat(none.has("Content-Type: application/problem+json")).isTrue();
    gone.close();
    gateway.replicas("web", List.of(gone.replica("web-0")));
    assertThat(client.get("/api/me").status()).isEqualTo(502);
    await(() -> exchanges.size() == 2);
    assertThat(exchanges).extracting(Exchange::status).containsExactly(503, 502);
  }

  @Test
  void chooses_the_service_by_its_longest_path() throws Exception {
    RawUpstream web = upstream(request -> request.ok("web"));
    RawUpstream api = upstream(request -> request.ok("api"));
    Gateway gateway =
        Gateway.start(
            TestApps.app(
                0,
                Map.of(
                    "web", TestApps.service(List.of("/web/**", "/"), uri(web)),
                    "api", TestApps.service(List.of("/web/api/**"), uri(api)))),
            telemetry::add,
            TimeSource.system(),
            Gateway.Options.defaults().withListener((exchange, _, _) -> exchanges.add(exchange)));
    open.add(gateway);
    RawClient client = client(gateway);

    assertThat(client.get("/").body()).isEqualTo("web");
    assertThat(client.get("/web").body()).isEqualTo("web");
    assertThat(client.get("/web/apix").body()).isEqualTo("web");
    assertThat(client.get("/web/api").body()).isEqualTo("api");
    assertThat(client.get("/web/api/1?x=/web").body()).isEqualTo("api");
    RawClient.Response missing = client.get("/other");
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.has("Content-Type: application/problem+json")).isTrue();
  }

  private static URI uri(RawUpstream upstream) {
    return URI.create("http://127.0.0.1:" + upstream.address().getPort());
  }

  @Test
  void refuses_on_the_wire_and_closes() throws Exception {
    RawUpstream upstream = upstream(request -> request.ok(""));
    Gateway gateway = gateway(upstream);

    RawClient client = client(gateway);
    client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(client.read().status()).isEqualTo(400);
    assertThat(client.isEnded()).isTrue();
    RawClient chunk = client(gateway);
    chunk.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n");
    assertThat(chunk.read().status()).isEqualTo(400);
    assertThat(chunk.isEnded()).isTrue();
    assertThat(upstream.heads).noneMatch(head -> head.contains("smuggled"));
    await(() -> exchanges.size() == 2);
  }

  @Test
  void a_cut_answer_ends_as_an_abort() throws Exception {
    RawUpstream upstream =
        upstream(
            request -> {
              if (request.line().contains("chunked")) {
                request.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
              } else {
                request.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
              }
              throw new IOException("cut");
            });
    Gateway gateway = gateway(upstream);

    assertThatThrownBy(() -> client(gateway).get("/length")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> client(gateway).get("/chunked")).isInstanceOf(IOException.class);
    // Without framing only a reset tells the client.
    assertThatThrownBy(() -> client(gateway).send("GET /chunked HTTP/1.0\r\n\r\n").read())
        .isInstanceOf(IOException.class);
    await(() -> exchanges.size() == 3);
    assertThat(exchanges).allSatisfy(exchange -> assertThat(exchange.status()).isEqualTo(502));
  }

  @Test
  void broken_answers_become_502() throws Exception {
    RawUpstream upstream =
        upstream(
            request -> {
              request.send(
                  switch (request.line().split(" ")[1]) {
                    case "/both" ->
                        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "0\r\n\r\n";
                    case "/lengths" ->
                        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc";
                    case "/101" -> "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n";
                    case "/lf" -> "HTTP/1.1 200 OK\nContent-Length: 0\n\n";
                    default -> "ICY 200 OK\r\n\r\n";
                  });
            });
    RawClient client = client(gateway(upstream));

    for (String path : List.of("/both", "/lengths", "/101", "/lf", "/icy")) {
      assertThat(client.get(path).status()).as(path).isEqualTo(502);
    }
  }

  @Test
  void bytes_after_an_answer_never_become_the_next_answer() throws Exception {
    RawUpstream upstream =
        upstream(
            request ->
                request.send(
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"));
    RawClient client = client(gateway(upstream));

    for (int i = 0; i < 10; i++) {
      assertThat(client.get("/").body()).isEqualTo("ok");
    }
    assertThat(upstream.connections).hasValue(10);
  }

  @Test
  void nobody_is_waited_for_too_long() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    RawUpstream upstream =
        upstream(
            request -> {
              if (request.line().contains("/silent")) {
                request.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
              }
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Gateway gateway = gateway(GatewayTest::impatient, upstream);

    RawClient slowHead = client(gateway).send("GET / HTTP/1.1\r\nHo");
    RawClient slowBody =
        client(gateway).send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    RawClient slowReplica = client(gateway).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    RawClient cut = client(gateway).send("GET /silent HTTP/1.1\r\nHost: a\r\n\r\n");
    RawClient idle = client(gateway);

    assertThat(slowHead.read().status()).isEqualTo(408);
    assertThat(slowHead.isEnded()).isTrue();
    assertThat(slowBody.read().status()).isEqualTo(408);
    assertThat(slowBody.isEnded()).isTrue();
    assertThat(slowReplica.read().status()).isEqualTo(504);
    assertThatThrownBy(cut::read).isInstanceOf(IOException.class);
    assertThat(idle.isEnded()).isTrue();
    never.countDown();
  }

  @Test
  void a_client_that_leaves_is_recorded_and_the_replica_released() throws Exception {
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    CountDownLatch arrived = new CountDownLatch(1);
    RawUpstream upstream =
        upstream(
            request -> {
              arrived.countDown();
              closed.complete(request.body().read() < 0);
            });
    Gateway gateway = gateway(upstream);

    RawClient client = client(gateway).send("GET /api/me HTTP/1.1\r\nHost: a\r\n\r\n");
    arrived.await();
    client.close();

    assertThat(closed.get(5, TimeUnit.SECONDS)).isTrue();
    await(() -> !exchanges.isEmpty());
    assertThat(exchanges.element().status()).isEqualTo(499);
    gateway.replicas("web", List.of());
    gateway.drained("web-0").get(5, TimeUnit.SECONDS);
  }

  @Test
  void closing_lets_running_requests_finish() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    RawUpstream upstream =
        upstream(
            request -> {
              arrived.countDown();
              pause(300);
              request.ok("done");
            });
    Gateway gateway = gateway(upstream);
    RawClient idle = client(gateway);
    RawClient client = client(gateway).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    arrived.await();

    Thread closing = Thread.ofVirtual().start(gateway::close);
    RawClient.Response response = client.read();
    closing.join();

    assertThat(response.body()).isEqualTo("done");
    assertThat(response.has("Connection: close")).isTrue();
    assertThat(idle.isEnded()).isTrue();
    assertThatThrownBy(() -> client(gateway)).isInstanceOf(IOException.class);
    assertThat(gateway.check().isUp()).isFalse();
  }

  @Test
  void a_busy_port_is_named() throws Exception {
    Gateway first = gateway();
    int port = first.address().getPort();

    assertThatThrownBy(
            () ->
                Gateway.start(
                    TestApps.app(port, TestApps.app().services()),
                    telemetry::add,
                    TimeSource.system()))
        .isInstanceOfSatisfying(
            UserError.class,
            error -> {
              assertThat(error.kind()).isEqualTo(UserError.Kind.MACHINE);
              assertThat(error).hasMessageContaining("spec.gateway.listen: " + port);
            });
  }

  @Test
  void a_new_document_adds_and_removes_services_and_keeps_the_rest() throws Exception {
    RawUpstream web = upstream(request -> request.ok("web"));
    RawUpstream api = upstream(request -> request.ok("api"));
    Gateway gateway = gateway(web);
    RawClient client = client(gateway);
    assertThat(client.get("/api").body()).isEqualTo("web");
    var before = TestApps.app();
    var after =
        TestApps.app(
            0,
            Map.of(
                "web", TestApps.service(List.of("/**")),
                "api", TestApps.service(List.of("/api/**"), uri(api))));

    gateway.apply(before, after);
    assertThat(client.get("/api").body()).isEqualTo("api");
    assertThat(client.get("/").body()).isEqualTo("web");
    gateway.apply(after, before);
    assertThat(client.get("/api").body()).isEqualTo("web");
    assertThatThrownBy(() -> gateway.apply(before, TestApps.app(1, before.services())))
        .isInstanceOf(UserError.class);
    assertThat(client.get("/").body()).isEqualTo("web");
  }

  @Test
  void tells_the_exact_figures_and_the_spans_of_failures() throws Exception {
    RawUpstream upstream =
        upstream(
            request -> {
              if (request.line().contains("bad")) {
                request.send("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
              } else {
                request.ok("");
              }
            });
    Gateway gateway = gateway(upstream);
    RawClient client = client(gateway);
    for (int i = 0; i < 200; i++) {
      client.get("/api/projects/" + i + "/issues");
    }
    client.get("/api/bad");
    gateway.close();

    List<Metric> metrics = telemetry.stream().flatMap(t -> t.metrics().stream()).toList();
    long counted =
        metrics.stream()
            .filter(metric -> metric.name().equals(Vocabulary.HTTP_DURATION))
            .filter(
                metric ->
                    metric
                        .attributes()
                        .text(Vocabulary.ROUTE)
                        .orElse("")
                        .equals("/api/projects/{id}/issues"))
            .mapToLong(metric -> ((Metric.Histogram) metric).sketch().count())
            .sum();
    assertThat(counted).isEqualTo(200);
    assertThat(metrics)
        .anySatisfy(metric -> assertThat(metric.name()).isEqualTo(Vocabulary.IN_FLIGHT))
        .anySatisfy(metric -> assertThat(metric.name()).isEqualTo(Vocabulary.GATEWAY_CONNECTIONS))
        .anySatisfy(metric -> assertThat(metric.name()).isEqualTo(Vocabulary.UPSTREAM_DURATION));
    var spans = telemetry.stream().flatMap(t -> t.spans().stream()).toList();
    assertThat(spans).anySatisfy(span -> assertThat(span.name()).isEqualTo("GET /api/bad"));
    assertThat(spans).hasSizeBetween(5, 60);
  }
}
