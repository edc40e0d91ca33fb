package dev.headroom.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A replica whose every byte a test decides. Health checks it answers by itself. */
final class RawUpstream implements Closeable {
  /** One request as it came. */
  record Request(
      String head, InputStream body, OutputStream out, Socket socket, int number, int connection) {

    String line() {
      return head.substring(0, head.indexOf('\r'));
    }

    boolean has(String headerLine) {
      return head.toLowerCase(Locale.ROOT)
          .contains("\r\n" + headerLine.toLowerCase(Locale.ROOT) + "\r\n");
    }

    boolean hasField(String name) {
      return head.toLowerCase(Locale.ROOT).contains("\r\n" + name.toLowerCase(Locale.ROOT) + ":");
    }

    void send(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    void ok(String body) throws IOException {
      send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    /** The rest of a body with a length. */
    byte[] readBody(int length) throws IOException {
      return body.readNBytes(length);
    }
  }

  /** Answers a request; returning keeps the connection, throwing ends it. */
  interface Handler {
    void answer(Request request) throws IOException;
  }

  final Queue<String> heads = new ConcurrentLinkedQueue<>();
  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger requests = new AtomicInteger();
  volatile boolean healthy = true;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Handler handler;

  RawUpstream(Handler handler) {
    this(handler, 0);
  }

  RawUpstream(Handler handler, int port) {
    this.handler = handler;
    try {
      server = new ServerSocket();
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
  }

  Replica replica(String instance) {
    return new Replica(instance, address());
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    int connection = 0;
    int number = 0;
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        String head = readHead(in);
        if (head.isEmpty()) {
          return;
        }
        if (head.contains("headroom-health")) {
          socket
              .getOutputStream()
              .write(
                  (healthy
                          ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                          : "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
                      .getBytes(StandardCharsets.US_ASCII));
          return;
        }
        if (number == 0) {
          connection = connections.incrementAndGet();
        }
        number++;
        requests.incrementAndGet();
        heads.add(head);
        handler.answer(new Request(head, in, socket.getOutputStream(), socket, number, connection));
      }
    } catch (IOException e) {
      // The connection ends.
    } finally {
      open.remove(socket);
    }
  }

  static String readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int b;
    while ((b = in.read()) >= 0) {
      head.write(b);
      if (b == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        return head.toString(StandardCharsets.ISO_8859_1);
      }
    }
    return "";
  }

  /** As by kill -9: nothing listens, every connection is reset. */
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Socket socket : open) {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException e) {
        // It has ended meanwhile.
      }
    }
  }
}
