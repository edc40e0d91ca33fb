import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a flood from one user costs the others: 20 users at 25 requests/s each, with and without one
 * more user who sends 50 times the limit of 100 requests/s. The application is simulated: it answers
 * after 10 ms. Phases alternate; the P95 of the 20 users is compared.
 */
public final class FloodBench {
  private static final String SECRET = "flood-bench-secret";
  private static final int USERS = 20;
  private static final int RATE = 25;
  private static final int LIMIT = 100;
  private static final int FLOOD = 50 * LIMIT;
  private static final Duration PHASE = Duration.ofSeconds(10);
  private static final int PHASES = 6;

  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();

  public static void main(String[] args) throws Exception {
    new FloodBench().run();
  }

  private void run() throws Exception {
    Path home = Path.of(System.getProperty("headroom.home"));
    HttpServer application = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 1024);
    application.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    application.createContext(
        "/",
        exchange -> {
          LockSupport.parkNanos(10_000_000);
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("ok".getBytes(StandardCharsets.US_ASCII));
          exchange.close();
        });
    HttpServer sink = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    sink.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    application.start();
    sink.start();
    int port;
    try (var free = new java.net.ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path document = Files.createTempFile("flood", ".yaml");
    Files.writeString(
        document,
        """
        apiVersion: headroom.dev/v1alpha1
        kind: ScaledApp
        metadata: {name: flood}
        spec:
          services: {web: {endpoints: ["http://127.0.0.1:%d"], health: {path: /}}}
          gateway:
            listen: %d
            identity: {jwt: {secret: %s}}
            rateLimits: [{key: user, requests: %d/s}]
        """
            .formatted(application.getAddress().getPort(), port, SECRET, LIMIT));
    Process gateway =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-jar",
                home.resolve("launcher/target/launcher-0.1.0.jar").toString(),
                "gateway", "-f", document.toString(), "--admin", "0",
                "--telemetry", "http://127.0.0.1:" + sink.getAddress().getPort())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      awaitPort(port);
      phase(port, true); // Warm, with all that will happen.
      List<Double> quiet = new ArrayList<>();
      List<Double> flooded = new ArrayList<>();
      for (int i = 0; i < PHASES; i++) {
        boolean flood = i % 2 == 1;
        sent.set(0);
        refused.set(0);
        double[] millis = phase(port, flood);
        double p95 = millis[(int) (millis.length * 0.95)];
        (flood ? flooded : quiet).add(p95);
        System.out.printf(
            "%-8s %,6d requests of the others, P50 %.2f ms, P95 %.2f ms; flood: %,d sent, %,d refused%n",
            flood ? "flood" : "no flood", millis.length, millis[millis.length / 2], p95, sent.get(), refused.get());
      }
      double without = median(quiet);
      double with = median(flooded);
      System.out.printf("P95 of the others: %.2f ms without, %.2f ms with the flood: %+.1f %%%n",
          without, with, (with / without - 1) * 100);
    } finally {
      gateway.destroy();
      application.stop(0);
      sink.stop(0);
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  private double[] phase(int port, boolean flood) throws Exception {
    long end = System.nanoTime() + PHASE.toNanos();
    Queue<Double> millis = new ConcurrentLinkedQueue<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int user = 0; user < USERS; user++) {
        int number = user;
        threads.submit(() -> user(port, number, end, millis));
      }
      if (flood) {
        for (int i = 0; i < 4; i++) {
          threads.submit(() -> flood(port, end, FLOOD / 4));
        }
      }
    }
    return millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  /* One at a time at fixed moments, so that a slow answer is not a missing one. */
  private Void user(int port, int number, long end, Queue<Double> millis) throws Exception {
    byte[] request = request("user-" + number);
    long interval = 1_000_000_000L / RATE;
    long next = System.nanoTime() + interval * number / USERS;
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (next < end) {
        LockSupport.parkNanos(next - System.nanoTime());
        socket.getOutputStream().write(request);
        read(in);
        millis.add((System.nanoTime() - next) / 1e6);
        next += interval;
      }
    }
    return null;
  }

  private Void flood(int port, long end, int rate) throws Exception {
    int batch = 10;
    byte[] one = request("flooder");
    byte[] requests = new byte[one.length * batch];
    for (int i = 0; i < batch; i++) {
      System.arraycopy(one, 0, requests, i * one.length, one.length);
    }
    long next = System.nanoTime();
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (next < end) {
        LockSupport.parkNanos(next - System.nanoTime());
        socket.getOutputStream().write(requests);
        sent.addAndGet(batch);
        for (int i = 0; i < batch; i++) {
          if (read(in) == 429) {
            refused.incrementAndGet();
          }
        }
        next += 1_000_000_000L * batch / rate;
      }
    }
    return null;
  }

  private static int read(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("closed");
      }
      head.append((char) b);
    }
    String text = head.toString().toLowerCase();
    int at = text.indexOf("content-length: ") + 16;
    in.readNBytes(Integer.parseInt(text.substring(at, text.indexOf('\r', at))));
    return Integer.parseInt(text.substring(9, 12));
  }

  private static byte[] request(String user) throws Exception {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    String unsigned =
        base64.encodeToString("{\"alg\":\"HS256\"}".getBytes())
            + "."
            + base64.encodeToString(
                ("{\"sub\":\"" + user + "\",\"exp\":" + (Instant.now().getEpochSecond() + 3600) + "}").getBytes());
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(), "HmacSHA256"));
    String token = unsigned + "." + base64.encodeToString(mac.doFinal(unsigned.getBytes()));
    return ("GET /api HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token + "\r\n\r\n").getBytes();
  }

  private static void awaitPort(int port) throws InterruptedException {
    for (int i = 0; i < 300; i++) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        Thread.sleep(1000);
        return;
      } catch (IOException e) {
        Thread.sleep(100);
      }
    }
    throw new IllegalStateException("nothing listens on " + port);
  }
}
