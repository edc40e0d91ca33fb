package dev.headroom.demo.traffic.users;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.demo.traffic.FakeTracker;
import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.figures.Report;
import dev.headroom.demo.traffic.figures.Run;
import dev.headroom.demo.traffic.http.HttpClient;
import dev.headroom.demo.traffic.load.Endpoint;
import dev.headroom.demo.traffic.load.Mix;
import dev.headroom.demo.traffic.load.TrafficClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LiveSocketsTest {

  /** Upgrades, sends two messages, and closes; the next connection gets the same. */
  private static final class SocketServer implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> targets = new CopyOnWriteArrayList<>();

    SocketServer() throws IOException {
      Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
      try {
        while (true) {
          Socket socket = listener.accept();
          Thread.ofVirtual().start(() -> serve(socket));
        }
      } catch (IOException _) {
        // Closed.
      }
    }

    private void serve(Socket socket) {
      try (socket) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        targets.add(in.readLine());
        String key = "";
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
          if (line.startsWith("Sec-WebSocket-Key: ")) {
            key = line.substring(19);
          }
        }
        OutputStream out = socket.getOutputStream();
        out.write(
            ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: "
                    + accept(key)
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        out.write(new byte[] {(byte) 0x81, 1, 'a', (byte) 0x81, 1, 'b', (byte) 0x88, 0});
        in.read();
      } catch (IOException _) {
        // The client went away.
      }
    }

    private static String accept(String key) {
      try {
        byte[] text =
            (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
        return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  private final Figures figures = new Figures();

  private Report await(Predicate<Report> condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      Report report =
          figures.report(new Run(Instant.EPOCH, 1, 1, 1, 0, Duration.ZERO, Optional.empty()));
      if (condition.test(report)) {
        return report;
      }
      assertThat(System.nanoTime()).as("deadline; now %s", report).isLessThan(deadline);
      TrafficClock.system().sleepUntil(System.nanoTime() + 5_000_000);
    }
  }

  private static Report.OfEndpoint live(Report report) {
    return report.of(Endpoint.LIVE);
  }

  private Crowd crowdWithOneUser(HttpClient http) {
    Crowd crowd =
        new Crowd(
            new Crowd.Makeup(10, 0, Duration.ofSeconds(10)),
            new Mix(),
            new SplittableRandom(1),
            http,
            figures,
            TrafficClock.system(),
            InstantSource.system());
    crowd.next(5).forEach(visit -> visit.make().accept(System.nanoTime()));
    return crowd;
  }

  private LiveSockets sockets(URI origin, Crowd crowd) {
    return new LiveSockets(
        origin,
        2,
        crowd,
        new SplittableRandom(2),
        figures,
        TrafficClock.system(),
        Duration.ofSeconds(10));
  }

  @Test
  void opensCountsMessagesAndOpensAgain() throws Exception {
    try (FakeTracker tracker = new FakeTracker();
        SocketServer server = new SocketServer();
        HttpClient http = new HttpClient(tracker.uri(), System::nanoTime)) {
      URI origin = URI.create("http://127.0.0.1:" + server.listener.getLocalPort());
      try (LiveSockets _ = sockets(origin, crowdWithOneUser(http))) {
        Report report = await(r -> live(r).count() >= 4 && r.socketMessages() >= 8);
        assertThat(live(report).errors()).isZero();
      }
      assertThat(server.targets).allMatch(line -> line.startsWith("GET /ws/live?token=e30."));
    }
  }

  @Test
  void aRefusedHandshakeIsCountedAsWhatItIs() throws Exception {
    try (FakeTracker tracker = new FakeTracker();
        HttpClient http = new HttpClient(tracker.uri(), System::nanoTime)) {
      Crowd crowd = crowdWithOneUser(http);
      tracker.refusal = request -> request.equals("GET /ws/live") ? 503 : 0;
      try (LiveSockets _ = sockets(tracker.uri(), crowd)) {
        Report report = await(r -> live(r).count() >= 2);
        assertThat(live(report).errors()).isEqualTo(live(report).count());
      }
    }
  }
}
