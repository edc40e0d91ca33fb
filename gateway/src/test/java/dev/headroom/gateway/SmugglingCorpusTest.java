package dev.headroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Request smuggling: each case of {@code smuggling/corpus.txt} on a connection of its own, followed
 * by a request that must be answered as itself or not at all.
 */
@Timeout(120)
class SmugglingCorpusTest {
  private final TestGateways gateways = new TestGateways();

  @AfterEach
  void close() throws Exception {
    gateways.close();
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Case(int status, int upstream, String what, byte[] bytes, String line) {}

  private static List<Case> corpus() throws IOException {
    List<Case> cases = new ArrayList<>();
    try (InputStream in = SmugglingCorpusTest.class.getResourceAsStream("/smuggling/corpus.txt")) {
      String all = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
      for (String line : all.split("\n")) {
        if (!line.startsWith("#")) {
          String[] parts = line.split("\\|", 4);
          cases.add(
              new Case(
                  Integer.parseInt(parts[0]),
                  Integer.parseInt(parts[1]),
                  parts[2],
                  bytes(parts[3]),
                  line));
        }
      }
    }
    return cases;
  }

  private static byte[] bytes(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '~') {
        out.write('\r');
        out.write('\n');
      } else if (c == '\\') {
        i++;
        switch (text.charAt(i)) {
          case 'n' -> out.write('\n');
          case 'r' -> out.write('\r');
          case 't' -> out.write('\t');
          case 'x' -> {
            out.write(Integer.parseInt(text, i + 1, i + 3, 16));
            i += 2;
          }
          default -> out.write('\\');
        }
      } else {
        out.write(c);
      }
    }
    return out.toByteArray();
  }

  @Test
  void nothing_reaches_a_replica_that_the_gateway_has_not_understood() throws Exception {
    List<Case> cases = corpus();
    assertThat(cases).hasSizeGreaterThanOrEqualTo(150);
    Queue<String> lines = new ConcurrentLinkedQueue<>();
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              lines.add(request.line());
              drain(request);
              request.ok("ok");
            });
    Gateway gateway = gateways.start("", upstream);
    List<String> wrong = new ArrayList<>();
    for (Case each : cases) {
      lines.clear();
      String seen = outcome(gateway, each);
      if (!seen.isEmpty()) {
        wrong.add(each.line + "  =>  " + seen);
      }
      long requests = lines.stream().filter(line -> !line.contains("/next")).count();
      boolean asMany = each.upstream < 0 ? requests <= 1 : requests == each.upstream;
      if (!asMany || lines.stream().anyMatch(line -> line.contains("smuggled"))) {
        wrong.add(each.line + "  =>  the replica saw " + lines);
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** The JDK's server reads requests with a parser of its own, more kindly than the gateway. */
  @Test
  void another_parser_behind_it_sees_no_request_more() throws Exception {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String target = exchange.getRequestURI().toString();
          if (!target.equals("/healthz") && !target.equals("/next")) {
            seen.add(exchange.getRequestMethod() + " " + target);
          }
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("ok".getBytes(StandardCharsets.US_ASCII));
          exchange.close();
        });
    server.start();
    try {
      Gateway gateway = gateways.start("");
      gateway.replicas("web", List.of(new Replica("jdk", server.getAddress())));
      List<String> wrong = new ArrayList<>();
      int answered = 0;
      for (Case each : corpus()) {
        seen.clear();
        answered += outcome(gateway, each).isEmpty() && each.status == 200 ? 1 : 0;
        boolean more = seen.size() > Math.abs(each.upstream);
        if (more || seen.stream().anyMatch(line -> line.contains("smuggled"))) {
          wrong.add(each.line + "  =>  the replica saw " + seen);
        }
      }
      assertThat(wrong).isEmpty();
      assertThat(answered).as("otherwise nothing is proven").isGreaterThan(10);
    } finally {
      server.stop(0);
    }
  }

  /* Empty when it is as it should be. */
  private static String outcome(Gateway gateway, Case each) throws IOException {
    try (RawClient client = new RawClient(gateway.address())) {
      client.socket().getOutputStream().write(each.bytes);
      client.send("GET /next HTTP/1.1\r\nHost: a.example\r\n\r\n");
      RawClient.Response response = client.read();
      if (response.status() != each.status) {
        return "answered " + response.status() + " " + response.body().trim();
      }
      if (each.status == 200 || each.upstream < 0) {
        return "";
      }
      return client.isEnded() ? "" : "the connection goes on after a refusal";
    } catch (IOException e) {
      // A refusal may end the connection while the rest of the request is still being sent.
      return each.status == 200 ? "no answer: " + e.getMessage() : "";
    }
  }

  private static void drain(RawUpstream.Request request) throws IOException {
    String head = request.head().toLowerCase(java.util.Locale.ROOT);
    int at = head.indexOf("\r\ncontent-length: ");
    if (at >= 0) {
      String length = head.substring(at + 18, head.indexOf('\r', at + 2)).trim();
      request.readBody(Integer.parseInt(length));
    } else if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
      StringBuilder body = new StringBuilder();
      while (!body.toString().endsWith("\r\n\r\n") || !body.toString().contains("0\r\n")) {
        int b = request.body().read();
        if (b < 0) {
          throw new IOException("cut");
        }
        body.append((char) b);
      }
    }
  }
}
