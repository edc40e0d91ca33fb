package dev.headroom.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A TCP client without a protocol, for tests that are tables of bytes. Text is ISO 8859-1: a char
 * per byte. Every read ends within the time-out given at {@link #connect}.
 */
public final class RawSocket implements Closeable {
  private final Socket socket;
  private final InputStream in;
  private final Duration timeout;

  private RawSocket(Socket socket, Duration timeout) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.timeout = timeout;
  }

  /** To a port of 127.0.0.1, with five seconds for each read. */
  public static RawSocket connect(int port) throws IOException {
    return connect(port, Duration.ofSeconds(5));
  }

  public static RawSocket connect(int port, Duration timeout) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(
          new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port),
          Math.toIntExact(timeout.toMillis()));
      socket.setTcpNoDelay(true);
      return new RawSocket(socket, timeout);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  public RawSocket send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public RawSocket send(byte... bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** Tells the other side that no more comes; reading goes on. */
  public RawSocket endOfOutput() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Reads up to and with the first occurrence of {@code end}. */
  public String readUntil(String end) throws IOException {
    long start = System.nanoTime();
    StringBuilder text = new StringBuilder();
    while (text.length() < end.length()
        || !text.substring(text.length() - end.length()).equals(end)) {
      text.append((char) (readByte(start, text) & 0xff));
    }
    return text.toString();
  }

  /** Reads exactly {@code count} bytes. */
  public byte[] readExactly(int count) throws IOException {
    long start = System.nanoTime();
    StringBuilder sofar = new StringBuilder();
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) readByte(start, sofar);
      sofar.append((char) (bytes[i] & 0xff));
    }
    return bytes;
  }

  /** Reads all that comes until the other side closes; a reset counts as closing. */
  public String readToEnd() throws IOException {
    long start = System.nanoTime();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    while (true) {
      int read = read(buffer, start, bytes.toString(StandardCharsets.ISO_8859_1));
      if (read < 0) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
      }
      bytes.write(buffer, 0, read);
    }
  }

  /** Whether the other side closes without sending anything more. */
  public boolean isClosedByPeer() throws IOException {
    return readToEnd().isEmpty();
  }

  private int readByte(long start, CharSequence sofar) throws IOException {
    byte[] one = new byte[1];
    if (read(one, start, sofar) < 0) {
      throw new AssertionError("Closed by the other side after: " + sofar);
    }
    return one[0];
  }

  private int read(byte[] buffer, long start, CharSequence sofar) throws IOException {
    long left = timeout.toMillis() - Duration.ofNanos(System.nanoTime() - start).toMillis();
    if (left > 0) {
      socket.setSoTimeout(Math.toIntExact(left));
      try {
        return in.read(buffer);
      } catch (SocketTimeoutException e) {
        throw timedOut(sofar, e);
      } catch (SocketException e) {
        return -1;
      }
    }
    throw timedOut(sofar, null);
  }

  private AssertionError timedOut(CharSequence sofar, @Nullable Throwable cause) {
    return new AssertionError(
        "Nothing more within " + timeout.toMillis() + " ms after: " + sofar, cause);
  }

  public int localPort() {
    return socket.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Closes with a reset (RST) instead of an orderly end. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
