package dev.headroom.demo.traffic.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;

/** One connection; used by one thread at a time. */
final class HttpConnection implements Closeable {
  private final SocketChannel channel;
  private final LongSupplier nanoTime;
  private final ResponseReader reader;
  private long deadline;
  private long idleSince;

  private HttpConnection(SocketChannel channel, LongSupplier nanoTime) throws IOException {
    this.channel = channel;
    this.nanoTime = nanoTime;
    this.reader = new ResponseReader(new UntilDeadline());
  }

  static HttpConnection open(InetSocketAddress address, LongSupplier nanoTime, long deadline)
      throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.socket().connect(address, millisUntil(deadline, nanoTime));
      return new HttpConnection(channel, nanoTime);
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

  HttpResponse exchange(byte[] request, boolean keepBody, long until) throws IOException {
    deadline = until;
    // Requests are a few kilobytes at most: they fit the socket's buffer, so this does not wait.
    ByteBuffer out = ByteBuffer.wrap(request);
    while (out.hasRemaining()) {
      channel.write(out);
    }
    return reader.read(keepBody);
  }

  /** Whether any byte of the last exchange's answer has come. */
  boolean answerStarted() {
    return reader.started();
  }

  boolean reusable() {
    return reader.reusable();
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

  private static int millisUntil(long deadline, LongSupplier nanoTime)
      throws SocketTimeoutException {
    long left = deadline - nanoTime.getAsLong();
    if (left <= 0) {
      throw new SocketTimeoutException("no answer in time");
    }
    return (int) Math.min(Integer.MAX_VALUE, left / 1_000_000 + 1);
  }

  /** The socket's input, each read of which ends at the exchange's deadline. */
  private final class UntilDeadline extends InputStream {
    private final Socket socket = channel.socket();
    private final InputStream in = socket.getInputStream();

    UntilDeadline() throws IOException {}

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      socket.setSoTimeout(millisUntil(deadline, nanoTime));
      return in.read(bytes, offset, length);
    }
  }
}
