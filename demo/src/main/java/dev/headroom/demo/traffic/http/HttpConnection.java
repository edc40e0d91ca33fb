package dev.headroom.demo.traffic.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * One connection; used by one thread at a time, and ended by {@link Deadlines} when it takes too
 * long.
 */
final class HttpConnection implements Closeable {
  private final SocketChannel channel;
  private final ResponseReader reader;
  // Told to the thread that watches deadlines, and by it.
  private volatile long deadline;
  private volatile boolean expired;
  private long idleSince;

  private HttpConnection(SocketChannel channel) {
    this.channel = channel;
    this.reader = new ResponseReader(new Input(channel));
  }

  static HttpConnection open(InetSocketAddress address, int timeoutMillis) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.socket().connect(address, timeoutMillis);
      return new HttpConnection(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Whether the peer has neither closed nor sent anything unasked since the last answer. */
  boolean quiet() {
    try {
      channel.configureBlocking(false);
      try {
        return channel.read(ByteBuffer.allocate(1)) == 0;
      } finally {
        channel.configureBlocking(true);
      }
    } catch (IOException _) {
      return false;
    }
  }

  HttpResponse exchange(byte[] request, boolean keepBody) throws IOException {
    try {
      // Requests are a few kilobytes at most: they fit the socket's buffer, so this does not wait.
      ByteBuffer out = ByteBuffer.wrap(request);
      while (out.hasRemaining()) {
        channel.write(out);
      }
      return reader.read(keepBody);
    } catch (IOException e) {
      if (expired) {
        SocketTimeoutException timeout = new SocketTimeoutException("no answer in time");
        timeout.initCause(e);
        throw timeout;
      }
      throw e;
    }
  }

  /** Whether any byte of the last exchange's answer has come. */
  boolean answerStarted() {
    return reader.started();
  }

  boolean reusable() {
    return reader.reusable();
  }

  void deadline(long nanos) {
    deadline = nanos;
  }

  /** Ends the exchange in progress if {@code now} is past its deadline. */
  void expire(long now) {
    if (now - deadline >= 0) {
      expired = true;
      close();
    }
  }

  long idleSince() {
    return idleSince;
  }

  void idleSince(long nanos) {
    idleSince = nanos;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException _) {
      // It is gone either way.
    }
  }

  /** What comes in; the stream of the socket's own adaptor costs two more calls per read. */
  private static final class Input extends InputStream {
    private final SocketChannel channel;

    Input(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return channel.read(ByteBuffer.wrap(bytes, offset, length));
    }
  }
}
