import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Headroom's gateway beside nginx and HAProxy: alternating rounds of the same load, CPU time of the
 * proxy's process per request, and the ratio of the same round with a bootstrap interval. The proxy
 * has one core; load and application have the other.
 *
 * <p>Wants nginx, haproxy, wrk, h2load (Debian: nghttp2-client) and openssl on the PATH, and two
 * cores.
 */
public final class GatewayBench {
  private static final long TICKS = 100; // Per second, of /proc/PID/stat on Linux.
  private static final int WARM_REQUESTS = 200_000;
  private static final int MAX_WARM_UPS = 15;
  private static final String PROXY_CORE = "0";
  private static final String LOAD_CORE = "1";

  record Contender(String name, int port, int secure, long pid, Process process) {}

  record Round(double microsPerRequest, double requestsPerSecond, double p50, double p99) {}

  private final Path home = Path.of(System.getProperty("headroom.home"));
  private final Path dir = Files.createTempDirectory("headroom-bench");
  private final List<Process> started = new ArrayList<>();
  private final int upstream = freePort();

  private GatewayBench() throws IOException {}

  public static void main(String[] args) throws Exception {
    int rounds = option(args, "--rounds", 15);
    int seconds = option(args, "--seconds", 2);
    List<String> paths = List.of("/1k", "/16k");
    GatewayBench bench = new GatewayBench();
    try {
      bench.run(rounds, seconds, paths);
    } finally {
      bench.started.reversed().forEach(Process::destroy);
    }
  }

  private static int option(String[] args, String name, int otherwise) {
    int at = Arrays.asList(args).indexOf(name);
    return at < 0 ? otherwise : Integer.parseInt(args[at + 1]);
  }

  private void run(int rounds, int seconds, List<String> paths) throws Exception {
    Files.write(dir.resolve("1k"), "x".repeat(1024).getBytes());
    Files.write(dir.resolve("16k"), "x".repeat(16 * 1024).getBytes());
    output(
        new Contender("openssl", 0, 0, 0, null),
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-days", "2", "-subj", "/CN=localhost", "-keyout", dir + "/tls.key", "-out", dir + "/tls.pem");
    Files.writeString(
        dir.resolve("both.pem"),
        Files.readString(dir.resolve("tls.pem")) + Files.readString(dir.resolve("tls.key")));
    HttpServer sink = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    sink.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    sink.start();
    start(LOAD_CORE, "nginx", "-p", dir + "/", "-c", config("nginx-upstream.conf", 0, 0));
    awaitPort(upstream);
    List<Contender> contenders = new ArrayList<>();
    contenders.add(nginx());
    contenders.add(haproxy());
    contenders.add(headroom(sink.getAddress().getPort()));
    for (String path : List.of("/1k", "/16k", "/hot/1k")) {
      warm(contenders.getLast(), path, Scheme.PLAIN);
    }
    System.out.printf("%d rounds of %d s, wrk -c 64; %s%n%n", rounds, seconds, machine());
    for (String path : paths) {
      measure(contenders, path, Scheme.PLAIN, rounds, seconds);
    }
    hits(contenders, rounds, seconds);
    for (Scheme scheme : List.of(Scheme.TLS, Scheme.HTTP2)) {
      warm(contenders.getLast(), "/1k", scheme);
      measure(contenders, "/1k", scheme, rounds, seconds);
    }
    idle(contenders, 9_500);
    sink.stop(0);
  }

  /** How clients come. */
  enum Scheme {
    PLAIN,
    /** HTTP/1.1 over TLS 1.3, keep-alive. */
    TLS,
    /** HTTP/2 over TLS 1.3, 8 connections of 16 streams each. */
    HTTP2
  }

  private Round load(Contender of, String path, Scheme scheme, int seconds) throws Exception {
    return switch (scheme) {
      case PLAIN -> wrk(of, "http://127.0.0.1:" + of.port + path, seconds);
      case TLS -> wrk(of, "https://127.0.0.1:" + of.secure + path, seconds);
      case HTTP2 -> h2load(of, path, seconds);
    };
  }

  private Round h2load(Contender of, String path, int seconds) throws Exception {
    long before = cpuTicks(of.pid);
    long start = System.nanoTime();
    String output =
        output(
            of,
            "taskset", "-c", LOAD_CORE, "h2load", "-t1", "-c8", "-m16", "-D", "" + seconds,
            "https://127.0.0.1:" + of.secure + path);
    double requests = number(output, "(\\d+) succeeded");
    double elapsed = (System.nanoTime() - start) / 1e9;
    long ticks = cpuTicks(of.pid) - before;
    if (!output.contains(" 0 failed") || requests == 0) {
      throw new IllegalStateException(of.name + ": " + output);
    }
    return new Round(
        ticks * 1e6 / TICKS / requests, requests / elapsed, Double.NaN, Double.NaN);
  }

  private static String output(Contender of, String... command) throws Exception {
    Process load = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(load.getInputStream().readAllBytes());
    if (load.waitFor() != 0) {
      throw new IllegalStateException(of.name + ": " + output);
    }
    return output;
  }

  /* Memory with so many connections that have asked once and wait. */
  private static void idle(List<Contender> contenders, int connections) throws Exception {
    System.out.printf("### %,d idle connections%n%n| proxy | RSS MB before | after |%n", connections);
    System.out.println("|---|---|---|");
    for (Contender each : contenders) {
      List<Socket> open = new ArrayList<>();
      long before = rss(each.pid);
      try {
        for (int i = 0; i < connections; i++) {
          Socket socket = new Socket("127.0.0.1", each.port);
          open.add(socket);
          socket.getOutputStream().write("GET /1k HTTP/1.1\r\nHost: a\r\n\r\n".getBytes());
          int read = 0;
          while (read < 1024) {
            read += socket.getInputStream().read(new byte[4096]);
          }
        }
        System.out.printf("| %s | %d | %d |%n", each.name, before, rss(each.pid));
      } catch (IOException e) {
        System.out.printf("| %s | %d | %s after %,d |%n", each.name, before, e.getMessage(), open.size());
      } finally {
        for (Socket socket : open) {
          socket.close();
        }
      }
    }
    System.out.println();
  }

  private static long rss(long pid) throws IOException {
    long all = rssOf(pid);
    for (ProcessHandle child : ProcessHandle.of(pid).orElseThrow().children().toList()) {
      all += rssOf(child.pid());
    }
    return all / 1024;
  }

  private static long rssOf(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  /* The JIT compiler has its say before the first round: it counts requests, not seconds. */
  private void warm(Contender contender, String path, Scheme scheme) throws Exception {
    double requests = 0;
    for (int i = 0; i < MAX_WARM_UPS && requests < WARM_REQUESTS; i++) {
      requests += 2 * load(contender, path, scheme, 2).requestsPerSecond;
    }
  }

  private void hits(List<Contender> contenders, int rounds, int seconds) throws Exception {
    List<Contender> caching = contenders.stream().filter(c -> !c.name.equals("haproxy")).toList();
    measure(caching, "/hot/1k", Scheme.PLAIN, rounds, seconds);
  }

  private void measure(
      List<Contender> contenders, String path, Scheme scheme, int rounds, int seconds)
      throws Exception {
    Map<String, List<Round>> all = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        Contender each = contenders.get((i + round) % contenders.size());
        all.computeIfAbsent(each.name, name -> new ArrayList<>()).add(load(each, path, scheme, seconds));
      }
    }
    System.out.printf("### %s%s%n%n", path, scheme == Scheme.PLAIN ? "" : ", " + scheme);
    System.out.println(
        "| proxy | µs CPU/request | requests/s | P50 ms | P99 ms | headroom / proxy, CPU (95 %) |");
    System.out.println("|---|---|---|---|---|---|");
    List<Round> ours = all.get("headroom");
    for (Contender each : contenders) {
      List<Round> theirs = all.get(each.name);
      System.out.printf(
          "| %s | %.1f | %,.0f | %.2f | %.2f | %s |%n",
          each.name,
          median(theirs.stream().mapToDouble(Round::microsPerRequest).toArray()),
          median(theirs.stream().mapToDouble(Round::requestsPerSecond).toArray()),
          median(theirs.stream().mapToDouble(Round::p50).toArray()),
          median(theirs.stream().mapToDouble(Round::p99).toArray()),
          each.name.equals("headroom") ? "" : ratio(ours, theirs));
    }
    System.out.println();
  }

  private static String ratio(List<Round> ours, List<Round> theirs) {
    double[] ratios = new double[ours.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = ours.get(i).microsPerRequest / theirs.get(i).microsPerRequest;
    }
    SplittableRandom random = new SplittableRandom(1);
    double[] medians = new double[10_000];
    for (int i = 0; i < medians.length; i++) {
      medians[i] = median(random.ints(ratios.length, 0, ratios.length).mapToDouble(j -> ratios[j]).toArray());
    }
    Arrays.sort(medians);
    return "%.2f (%.2f to %.2f)".formatted(median(ratios), medians[249], medians[9749]);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private Round wrk(Contender of, String url, int seconds) throws Exception {
    long before = cpuTicks(of.pid);
    String output =
        output(
            of,
            "taskset", "-c", LOAD_CORE, "wrk", "-t1", "-c64", "-d" + seconds + "s", "--latency",
            url);
    if (output.contains("Non-2xx")) {
      throw new IllegalStateException(of.name + ": " + output);
    }
    long ticks = cpuTicks(of.pid) - before;
    double requests = number(output, "(\\d+) requests in");
    return new Round(
        ticks * 1e6 / TICKS / requests,
        number(output, "Requests/sec:\\s+([\\d.]+)"),
        millis(output, "50%"),
        millis(output, "99%"));
  }

  private static double number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + pattern + " in: " + text);
    }
    return Double.parseDouble(matcher.group(1));
  }

  private static double millis(String text, String percentile) {
    Matcher matcher = Pattern.compile(percentile + "\\s+([\\d.]+)(us|ms|s)").matcher(text);
    if (!matcher.find()) {
      return Double.NaN;
    }
    double value = Double.parseDouble(matcher.group(1));
    return switch (matcher.group(2)) {
      case "us" -> value / 1000;
      case "s" -> value * 1000;
      default -> value;
    };
  }

  /* utime and stime of the process with all its threads, and of its children: nginx's worker. */
  private static long cpuTicks(long pid) throws IOException {
    long all = ticksOf(pid);
    for (ProcessHandle child : ProcessHandle.of(pid).orElseThrow().children().toList()) {
      all += ticksOf(child.pid());
    }
    return all;
  }

  private static long ticksOf(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private Contender nginx() throws Exception {
    int port = freePort();
    int secure = freePort();
    Process process = start(PROXY_CORE, "nginx", "-p", dir + "/", "-c", config("nginx.conf", port, secure));
    awaitPort(port);
    return new Contender("nginx", port, secure, process.pid(), process);
  }

  private Contender haproxy() throws Exception {
    int port = freePort();
    int secure = freePort();
    Process process = start(PROXY_CORE, "haproxy", "-db", "-f", config("haproxy.cfg", port, secure));
    awaitPort(port);
    return new Contender("haproxy", port, secure, process.pid(), process);
  }

  private Contender headroom(int telemetry) throws Exception {
    int port = freePort();
    int secure = freePort();
    Process process =
        start(
            PROXY_CORE,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-jar",
            home.resolve("launcher/target/launcher-0.1.0.jar").toString(),
            "gateway",
            "-f",
            config("app.yaml", port, secure),
            "--telemetry",
            "http://127.0.0.1:" + telemetry,
            "--admin",
            "0");
    awaitPort(port);
    awaitAnswer(port);
    return new Contender("headroom", port, secure, process.pid(), process);
  }

  private Process start(String core, String... command) throws IOException {
    List<String> pinned = new ArrayList<>(List.of("taskset", "-c", core));
    pinned.addAll(List.of(command));
    Process process =
        new ProcessBuilder(pinned)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve(Path.of(command[0]).getFileName() + ".out").toFile())
            .start();
    started.add(process);
    return process;
  }

  private String config(String name, int port, int secure) throws IOException {
    String text =
        Files.readString(home.resolve("bench/gateway/" + name))
            .replace("@DIR@", dir.toString())
            .replace("@PORT@", "" + port)
            .replace("@SECURE@", "" + secure)
            .replace("@UPSTREAM@", "" + upstream);
    Path file = dir.resolve(name);
    Files.writeString(file, text);
    return file.toString();
  }

  private static int freePort() throws IOException {
    try (var socket = new java.net.ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void awaitPort(int port) throws InterruptedException {
    for (int i = 0; i < 300; i++) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        return;
      } catch (IOException e) {
        Thread.sleep(100);
      }
    }
    throw new IllegalStateException("nothing listens on " + port);
  }

  private static void awaitAnswer(int port) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int i = 0; i < 100; i++) {
        HttpResponse<InputStream> response =
            client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/1k"))
                    .timeout(Duration.ofSeconds(5))
                    .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() == 200) {
          return;
        }
        Thread.sleep(100);
      }
    }
    throw new IllegalStateException("headroom does not answer");
  }

  private static String machine() throws IOException {
    String cpu =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .findFirst()
            .map(line -> line.substring(line.indexOf(':') + 2))
            .orElse("unknown processor");
    return cpu + ", Linux " + System.getProperty("os.version") + ", Java " + Runtime.version();
  }
}
