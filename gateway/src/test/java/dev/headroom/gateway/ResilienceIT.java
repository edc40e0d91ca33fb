package dev.headroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import dev.headroom.spec.ScaledApp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes wrong behind the gateway, and reloads, while requests come in. */
class ResilienceIT {
  private static final int CLIENTS = 16;

  private final TestGateways gateways = new TestGateways();
  private final List<ChildUpstream> children = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    gateways.close();
    children.forEach(ChildUpstream::close);
  }

  private ChildUpstream child() throws IOException {
    ChildUpstream child = ChildUpstream.start();
    children.add(child);
    return child;
  }

  /** Clients that ask one request after the other, and check every answer. */
  private static final class Load implements AutoCloseable {
    final Queue<String> failures = new ConcurrentLinkedQueue<>();
    final AtomicInteger cuts = new AtomicInteger();
    final AtomicInteger answers = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(CLIENTS);
    private volatile boolean stop;

    Load(Gateway gateway) {
      for (int i = 0; i < CLIENTS; i++) {
        int client = i;
        Thread.ofVirtual().start(() -> run(gateway, client));
      }
    }

    private void run(Gateway gateway, int client) {
      int number = 0;
      while (!stop) {
        try (RawClient connection = new RawClient(gateway.address())) {
          while (!stop) {
            String path = "/" + client + "/" + number++;
            RawClient.Response response = connection.get(path);
            boolean right =
                response.status() == 200 && response.body().equals(ChildUpstream.content(path));
            if (!right) {
              failures.add(response.head() + response.body());
            }
            answers.incrementAndGet();
          }
        } catch (IOException e) {
          cuts.incrementAndGet();
        }
      }
      ended.countDown();
    }

    void awaitAnswers(int more) throws InterruptedException {
      int wanted = answers.get() + more;
      TestGateways.await(() -> answers.get() >= wanted);
    }

    @Override
    public void close() throws InterruptedException {
      stop = true;
      assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void one_of_four_replicas_is_killed_and_no_request_fails() throws Exception {
    ChildUpstream victim = child();
    List<ChildUpstream> four = List.of(victim, child(), child(), child());
    Gateway gateway = gateways.start("balance: round-robin", TimeSource.system());
    List<Replica> replicas = new ArrayList<>();
    for (ChildUpstream each : four) {
      replicas.add(each.replica("web-" + replicas.size()));
    }
    gateway.replicas("web", replicas);
    Load load = new Load(gateway);
    try (load) {
      load.awaitAnswers(2_000);
      victim.close();
      load.awaitAnswers(5_000);
    }
    assertThat(load.failures).isEmpty();
    // Part of an answer may have been written when the process died: that ends as an abort.
    assertThat(load.cuts.get()).isLessThanOrEqualTo(CLIENTS);
  }

  @Test
  void all_replicas_are_replaced_one_by_one_and_no_request_fails() throws Exception {
    List<ChildUpstream> running = new ArrayList<>(List.of(child(), child()));
    Gateway gateway = gateways.start("balance: round-robin", TimeSource.system());
    List<Replica> replicas =
        new ArrayList<>(List.of(running.get(0).replica("a0"), running.get(1).replica("a1")));
    gateway.replicas("web", replicas);
    Load load = new Load(gateway);
    try (load) {
      load.awaitAnswers(1_000);
      for (int i = 0; i < 4; i++) {
        Replica old = replicas.removeFirst();
        ChildUpstream next = child();
        running.add(next);
        replicas.add(next.replica("b" + i));
        gateway.replicas("web", replicas);
        gateway.drained(old.instance()).get(15, TimeUnit.SECONDS);
        running.removeFirst().close();
        load.awaitAnswers(500);
      }
    }
    assertThat(load.failures).isEmpty();
    assertThat(load.cuts.get()).isZero();
  }

  @Test
  void fifty_reloads_fail_no_request_and_end_no_websocket() throws Exception {
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              if (request.hasField("Sec-WebSocket-Key")) {
                request.send(
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        + "Upgrade: websocket\r\n\r\n");
                request.body().transferTo(request.out());
                throw new IOException("over");
              }
              request.ok(ChildUpstream.content(request.line().split(" ")[1]));
            });
    Gateway gateway = gateways.start("balance: round-robin", upstream);
    ScaledApp first = TestApps.parsed("balance: round-robin");
    ScaledApp second =
        TestApps.parsed(
            """
            balance: least-requests
            retryBudget: 10%
            rateLimits: [{key: ip, requests: 1000000/s}]
            """);
    RawClient socket = gateways.client(gateway);
    socket.send(
        "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n");
    assertThat(socket.read().status()).isEqualTo(101);
    Load load = new Load(gateway);
    try (load) {
      for (int i = 0; i < 50; i++) {
        gateway.apply(i % 2 == 0 ? first : second, i % 2 == 0 ? second : first);
        load.awaitAnswers(50);
        socket.send("ping" + i % 10);
        assertThat(socket.readRaw(5)).isEqualTo("ping" + i % 10);
      }
    }
    assertThat(load.failures).isEmpty();
    assertThat(load.cuts.get()).isZero();
  }

  @Test
  void replicas_that_reset_are_slow_or_lie_fail_no_request_before_its_answer() throws Exception {
    RawUpstream good = gateways.upstream(ResilienceIT::answer);
    RawUpstream resets =
        gateways.upstream(
            request -> {
              request.socket().setSoLinger(true, 0);
              throw new IOException("reset instead of an answer");
            });
    RawUpstream slow =
        gateways.upstream(
            request -> {
              try {
                TimeUnit.MILLISECONDS.sleep(50);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              answer(request);
            });
    RawUpstream lies =
        gateways.upstream(
            request -> {
              String content = ChildUpstream.content(request.line().split(" ")[1]);
              request.send(
                  "HTTP/1.1 200 OK\r\nContent-Length: " + (content.length() + 7) + "\r\n\r\n");
              request.send(content);
              throw new IOException("shorter than it said");
            });
    Gateway gateway = gateways.start("balance: round-robin", good, resets, slow, lies);
    Load load = new Load(gateway);
    try (load) {
      load.awaitAnswers(2_000);
    }
    // Whoever met the liar saw a cut connection: no body passed for whole that was not.
    assertThat(load.failures).isEmpty();
    assertThat(load.cuts.get()).isPositive();
    TestGateways.await(
        () ->
            gateways.telemetry.stream()
                .anyMatch(each -> each.toString().contains("failures in a row")));
  }

  private static void answer(RawUpstream.Request request) throws IOException {
    request.ok(ChildUpstream.content(request.line().split(" ")[1]));
  }
}
