package dev.headroom.demo.traffic.users;

import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.figures.Outcome;
import dev.headroom.demo.traffic.load.Endpoint;
import dev.headroom.demo.traffic.load.TrafficClock;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A few users who keep a page with live updates open. Each opens its socket anew when it ends; the
 * opening handshakes are what is counted as requests.
 */
public final class LiveSockets implements AutoCloseable {
  private static final long FIRST_PAUSE_NANOS = 500_000_000;
  private static final long LONGEST_PAUSE_NANOS = 8_000_000_000L;

  private final HttpClient client;
  private final URI origin;
  private final Crowd crowd;
  private final Figures figures;
  private final TrafficClock clock;
  private final Duration timeout;
  private final List<Thread> watchers = new ArrayList<>();
  // Set before the watchers are interrupted, so that what they then see is not counted.
  private volatile boolean closing;

  /** Opens {@code count} sockets to {@code origin} as soon as somebody has logged in. */
  public LiveSockets(
      URI origin,
      int count,
      Crowd crowd,
      RandomGenerator.SplittableGenerator random,
      Figures figures,
      TrafficClock clock,
      Duration timeout) {
    this.origin = origin;
    this.crowd = crowd;
    this.figures = figures;
    this.clock = clock;
    this.timeout = timeout;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    for (int i = 0; i < count; i++) {
      RandomGenerator own = random.split();
      watchers.add(Thread.ofVirtual().name("live-" + i).start(() -> watch(own)));
    }
  }

  private void watch(RandomGenerator random) {
    long pause = FIRST_PAUSE_NANOS;
    try {
      while (!closing) {
        String token = crowd.anyToken(random).orElse("");
        if (!token.isEmpty()) {
          pause = open(token) ? FIRST_PAUSE_NANOS : Math.min(LONGEST_PAUSE_NANOS, pause * 2);
        }
        clock.sleepUntil(clock.nanoTime() + pause);
      }
    } catch (InterruptedException _) {
      // Closing.
    }
  }

  /** Opens a socket and stays until it ends; false if it did not open. */
  private boolean open(String token) throws InterruptedException {
    URI uri =
        URI.create(
            "ws://"
                + origin.getRawAuthority()
                + "/ws/live?token="
                + URLEncoder.encode(token, StandardCharsets.US_ASCII));
    Watcher watcher = new Watcher();
    long due = clock.nanoTime();
    WebSocket socket = null;
    try {
      socket = client.newWebSocketBuilder().connectTimeout(timeout).buildAsync(uri, watcher).get();
      figures.ended(Endpoint.LIVE, Outcome.ANSWERED, clock.nanoTime() - due);
      watcher.ended.await();
      return true;
    } catch (ExecutionException e) {
      if (!closing) {
        failed(e.getCause(), clock.nanoTime() - due);
      }
      return false;
    } finally {
      if (socket != null) {
        socket.abort();
      }
    }
  }

  private void failed(@Nullable Throwable cause, long nanos) {
    Outcome outcome =
        cause instanceof WebSocketHandshakeException refused
            ? Outcome.of(refused.getResponse().statusCode(), 0)
            : Outcome.ERROR;
    figures.ended(Endpoint.LIVE, outcome == Outcome.ANSWERED ? Outcome.ERROR : outcome, nanos);
    figures.sample(Endpoint.LIVE.label() + ": " + cause);
  }

  @Override
  public void close() {
    closing = true;
    watchers.forEach(Thread::interrupt);
    client.shutdownNow();
  }

  /** Counts what comes until it ends. */
  private final class Watcher implements WebSocket.Listener {
    private final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      if (last) {
        figures.socketMessage();
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      ended.countDown();
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      ended.countDown();
    }
  }
}
