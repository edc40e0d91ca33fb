package dev.headroom.demo.traffic.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one host and waits for the answers, keeping connections alive. Thread-safe;
 * meant for one virtual thread per request.
 */
public final class HttpClient implements AutoCloseable {
  // Below the keep-alive time of any server one meets (5 s and more), so that few races are lost.
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(4);

  private final String host;
  private final int port;
  private final String authority;
  private final LongSupplier nanoTime;
  private final Deadlines deadlines;
  private final ArrayDeque<HttpConnection> idle = new ArrayDeque<>();
  private boolean closed;

  /**
   * A client of the host in {@code origin}, for example {@code http://127.0.0.1:8080}.
   *
   * @param nanoTime the clock that deadlines are told in
   */
  public HttpClient(URI origin, LongSupplier nanoTime) {
    this.host = origin.getHost();
    this.port = origin.getPort() < 0 ? 80 : origin.getPort();
    this.authority = origin.getRawAuthority();
    this.nanoTime = nanoTime;
    this.deadlines = new Deadlines(nanoTime);
  }

  /**
   * Sends {@code request} and reads the whole answer before {@code deadline}.
   *
   * <p>A request that failed on a kept connection before any byte of an answer is sent once more on
   * a new one if it is idempotent (RFC 9110, section 9.2.2); any other fails, because it may have
   * been carried out.
   *
   * @throws SocketTimeoutException when the deadline passes
   */
  public HttpResponse send(HttpRequest request, long deadline) throws IOException {
    byte[] octets = request.encode(authority);
    HttpConnection kept = takeIdle();
    if (kept != null) {
      try {
        return exchange(kept, octets, request, deadline);
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        if (kept.answerStarted() || !request.idempotent()) {
          throw e;
        }
      }
    }
    return exchange(open(deadline), octets, request, deadline);
  }

  private HttpConnection open(long deadline) throws IOException {
    long left = deadline - nanoTime.getAsLong();
    if (left <= 0) {
      throw new SocketTimeoutException("no answer in time");
    }
    int millis = (int) Math.min(Integer.MAX_VALUE, left / 1_000_000 + 1);
    return HttpConnection.open(new InetSocketAddress(host, port), millis);
  }

  private HttpResponse exchange(
      HttpConnection connection, byte[] octets, HttpRequest request, long deadline)
      throws IOException {
    boolean keep = false;
    deadlines.begin(connection, deadline);
    try {
      HttpResponse response = connection.exchange(octets, request.bodyKept());
      keep = connection.reusable();
      return response;
    } finally {
      deadlines.end(connection);
      if (keep) {
        giveBack(connection);
      } else {
        connection.close();
      }
    }
  }

  /** The connection used last that still works: the others grow old and are closed. */
  private @Nullable HttpConnection takeIdle() {
    while (true) {
      HttpConnection connection;
      synchronized (idle) {
        connection = idle.pollFirst();
      }
      if (connection == null) {
        return null;
      }
      if (nanoTime.getAsLong() - connection.idleSince() < IDLE_NANOS && connection.quiet()) {
        return connection;
      }
      connection.close();
    }
  }

  private void giveBack(HttpConnection connection) {
    long now = nanoTime.getAsLong();
    connection.idleSince(now);
    List<HttpConnection> old = new ArrayList<>(0);
    synchronized (idle) {
      if (closed) {
        old.add(connection);
      } else {
        idle.addFirst(connection);
        while (now - idle.getLast().idleSince() >= IDLE_NANOS) {
          old.add(idle.removeLast());
        }
      }
    }
    old.forEach(HttpConnection::close);
  }

  /**
   * Closes the idle connections now, those in use when their answer has come; deadlines no longer
   * hold.
   */
  @Override
  public void close() {
    deadlines.close();
    List<HttpConnection> all;
    synchronized (idle) {
      closed = true;
      all = List.copyOf(idle);
      idle.clear();
    }
    all.forEach(HttpConnection::close);
  }
}
