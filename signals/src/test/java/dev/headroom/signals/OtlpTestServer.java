package dev.headroom.signals;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/** A receiver that reads what comes in, and answers as it is told. */
final class OtlpTestServer implements AutoCloseable {
  static final class Answer {
    static final Answer OK = new Answer(200, "", new byte[0]);

    final int status;
    final String retryAfter;
    final byte[] body;

    Answer(int status, String retryAfter, byte[] body) {
      this.status = status;
      this.retryAfter = retryAfter;
      this.body = body;
    }
  }

  private final HttpServer server;
  private final OtlpReader reader = new OtlpReader();
  private final Queue<Answer> answers = new ArrayDeque<>();
  private final List<OtlpBatch> batches = new ArrayList<>();
  private int requests;

  OtlpTestServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    for (OtlpSignal signal : OtlpSignal.values()) {
      server.createContext(signal.httpPath(), exchange -> handle(signal, exchange));
    }
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  synchronized void answer(Answer... next) {
    answers.addAll(List.of(next));
  }

  private void handle(OtlpSignal signal, HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
        body = in.readAllBytes();
      }
    }
    OtlpEncoding encoding =
        OtlpEncoding.of(exchange.getRequestHeaders().getFirst("Content-Type")).orElseThrow();
    Answer answer;
    synchronized (this) {
      answer = answers.isEmpty() ? Answer.OK : answers.remove();
      requests++;
      if (answer.status == 200) {
        batches.add(reader.read(signal, encoding, body));
      }
      notifyAll();
    }
    if (!answer.retryAfter.isEmpty()) {
      exchange.getResponseHeaders().set("Retry-After", answer.retryAfter);
    }
    exchange.getResponseHeaders().set("Content-Type", encoding.contentType());
    exchange.sendResponseHeaders(answer.status, answer.body.length == 0 ? -1 : answer.body.length);
    exchange.getResponseBody().write(answer.body);
    exchange.close();
  }

  synchronized int requests() {
    return requests;
  }

  synchronized List<Telemetry> received() {
    return batches.stream().map(OtlpBatch::telemetry).toList();
  }

  synchronized long rejected() {
    return batches.stream().mapToLong(OtlpBatch::rejected).sum();
  }

  /** Waits until what was received, or the number of requests, is as expected. */
  synchronized void await(Predicate<OtlpTestServer> expected)
      throws InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!expected.test(this)) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new TimeoutException(requests + " requests, " + batches);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
