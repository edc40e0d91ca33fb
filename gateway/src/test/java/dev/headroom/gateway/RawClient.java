package dev.headroom.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client that sends bytes as they are, and reads responses plainly. */
final class RawClient implements Closeable {
  private final Socket socket = new Socket();
  private final InputStream in;

  RawClient(InetSocketAddress address) throws IOException {
    socket.connect(address);
    socket.setSoTimeout(15_000);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** A response, its body without framing. */
  record Response(String head, String body, String trailers) {
    int status() {
      return Integer.parseInt(head.substring(9, 12));
    }

    boolean has(String headerLine) {
      return head.toLowerCase(Locale.ROOT)
          .contains("\r\n" + headerLine.toLowerCase(Locale.ROOT) + "\r\n");
    }

    boolean hasField(String name) {
      return head.toLowerCase(Locale.ROOT).contains("\r\n" + name.toLowerCase(Locale.ROOT) + ":");
    }
  }

  Socket socket() {
    return socket;
  }

  RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  Response get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: a.example\r\n\r\n").read();
  }

  Response read() throws IOException {
    return read(false);
  }

  /** The next response, interim ones included. */
  Response read(boolean toHead) throws IOException {
    String head = RawUpstream.readHead(in);
    if (head.isEmpty()) {
      throw new IOException("closed instead of a response");
    }
    int status = Integer.parseInt(head.substring(9, 12));
    String lower = head.toLowerCase(Locale.ROOT);
    if (toHead || status < 200 || status == 204 || status == 304) {
      return new Response(head, "", "");
    }
    if (lower.contains("\r\ntransfer-encoding: chunked\r\n")) {
      return readChunked(head);
    }
    int at = lower.indexOf("\r\ncontent-length: ");
    if (at >= 0) {
      int from = at + "\r\ncontent-length: ".length();
      int length = Integer.parseInt(lower.substring(from, lower.indexOf('\r', from)));
      byte[] body = in.readNBytes(length);
      if (body.length < length) {
        throw new IOException("body cut after " + body.length + " of " + length);
      }
      return new Response(head, new String(body, StandardCharsets.ISO_8859_1), "");
    }
    return new Response(head, new String(in.readAllBytes(), StandardCharsets.ISO_8859_1), "");
  }

  private Response readChunked(String head) throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      int size = Integer.parseInt(readLine(), 16);
      if (size == 0) {
        StringBuilder trailers = new StringBuilder();
        String line = readLine();
        while (!line.isEmpty()) {
          trailers.append(line).append('\n');
          line = readLine();
        }
        return new Response(head, body.toString(), trailers.toString());
      }
      byte[] chunk = in.readNBytes(size);
      if (chunk.length < size) {
        throw new IOException("chunk cut");
      }
      body.append(new String(chunk, StandardCharsets.ISO_8859_1));
      if (!readLine().isEmpty()) {
        throw new IOException("chunk without end");
      }
    }
  }

  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b;
    while ((b = in.read()) != '\n') {
      if (b < 0) {
        throw new IOException("closed in a line");
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.substring(0, text.length() - 1);
  }

  /** So many bytes as they come. */
  String readRaw(int bytes) throws IOException {
    return new String(in.readNBytes(bytes), StandardCharsets.ISO_8859_1);
  }

  /** Reads what is no HTTP. */
  interface Reader<T> {
    T read(InputStream in) throws IOException;
  }

  <T> T frame(Reader<T> reader) throws IOException {
    return reader.read(in);
  }

  /** Has the gateway ended the connection, with nothing more to read? */
  boolean isEnded() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
