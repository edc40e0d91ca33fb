package dev.headroom.gateway.proxy;

import dev.headroom.gateway.cache.Answer;
import dev.headroom.gateway.http.AddedFields;
import dev.headroom.gateway.http.BodyReader;
import dev.headroom.gateway.http.Framing;
import dev.headroom.gateway.http.HttpField;
import dev.headroom.gateway.http.ProblemResponse;
import dev.headroom.gateway.http.Refusal;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.http.ResponseHead;
import dev.headroom.gateway.http.ResponseHead.Persistence;
import dev.headroom.gateway.identity.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 and 1.0: one exchange after the other on a connection. */
// A write or close that fails ends the channel, and channelInactive tells of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http1ClientSide implements ClientSide {
  /** Up to here a copy is cheaper than another piece for the kernel. */
  private static final int LARGEST_COPY = 4 * 1024;

  private static final ByteBuf CRLF = constant("\r\n");
  private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");

  private final ClientConnection connection;
  private final Loop loop;
  private final SocketChannel channel;

  private boolean closeAfter;
  private boolean wrapChunks;
  private boolean closeDelimited;
  private ChannelFuture lastWrite;

  /** The head, and what is small of the content: one piece for the kernel. */
  private @Nullable ByteBuf held;

  Http1ClientSide(ClientConnection connection, Loop loop) {
    this.connection = connection;
    this.loop = loop;
    this.channel = connection.channel;
    this.lastWrite = channel.newSucceededFuture();
  }

  /** Ready for the next request of the connection. */
  void reset() {
    closeAfter = false;
    wrapChunks = false;
    closeDelimited = false;
    lastWrite = channel.newSucceededFuture();
  }

  @Override
  public RequestHead head() {
    return connection.head;
  }

  @Override
  public Origin origin() {
    return connection.origin();
  }

  @Override
  public String protocol() {
    return connection.head.isHttp10() ? "HTTP/1.0" : "HTTP/1.1";
  }

  @Override
  public String ownAuthority() {
    return connection.ownAuthority();
  }

  @Override
  public boolean requestDone() {
    return connection.body.isDone();
  }

  @Override
  public @Nullable ByteBuf readBody(ByteBufAllocator allocator) throws Refusal {
    return connection.body.read(connection.in.bytes(), allocator);
  }

  @Override
  public long requestBytes() {
    return connection.body.payloadBytes();
  }

  @Override
  public void drive() {
    connection.drive();
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public boolean takesChunks() {
    return !head().isHttp10();
  }

  @Override
  public ByteBufAllocator allocator() {
    return channel.alloc();
  }

  @Override
  public void interim(ResponseHead head) {
    if (!head().isHttp10()) {
      ByteBuf out = channel.alloc().buffer(256);
      head.writeTo(out, false, Persistence.STAYS, AddedFields.NONE);
      channel.writeAndFlush(out);
    }
  }

  @Override
  public void begin(ResponseHead head, boolean unframed, AddedFields added) {
    boolean http10 = head().isHttp10();
    boolean open = head.framing() == Framing.CHUNKED || head.framing() == Framing.UNTIL_CLOSE;
    wrapChunks =
        !http10
            && (head.framing() == Framing.UNTIL_CLOSE
                || (unframed && head.framing() == Framing.CHUNKED));
    closeDelimited = open && http10;
    closeAfter = closeDelimited || mustClose();
    boolean small = head.framing() == Framing.LENGTH && head.contentLength() <= LARGEST_COPY;
    ByteBuf out = channel.alloc().buffer(1024 + (small ? (int) head.contentLength() : 0));
    head.writeTo(out, open && !http10, persistence(), added);
    held = out;
  }

  private void writeHeld() {
    ByteBuf out = held;
    if (out != null) {
      held = null;
      lastWrite = channel.write(out);
    }
  }

  /** The connection has ended: nothing is written any more. */
  void release() {
    if (held != null) {
      held.release();
      held = null;
    }
  }

  private boolean mustClose() {
    return !requestDone() || !head().isKeepAlive() || loop.edge().isClosing();
  }

  private Persistence persistence() {
    if (closeAfter) {
      return Persistence.CLOSES;
    }
    return head().isHttp10() ? Persistence.STAYS_ALOUD : Persistence.STAYS;
  }

  @Override
  public void write(ByteBuf piece) {
    ByteBuf before = held;
    if (before != null && piece.readableBytes() <= LARGEST_COPY) {
      if (wrapChunks) {
        BodyReader.writeSize(before, piece.readableBytes());
      }
      before.writeBytes(piece);
      piece.release();
      if (wrapChunks) {
        before.writeByte('\r').writeByte('\n');
      }
      if (before.readableBytes() > LARGEST_COPY) {
        writeHeld();
      }
    } else if (wrapChunks) {
      ByteBuf size = before == null ? channel.alloc().buffer(16) : before;
      BodyReader.writeSize(size, piece.readableBytes());
      held = null;
      channel.write(size);
      channel.write(piece);
      lastWrite = channel.write(CRLF.duplicate());
    } else {
      writeHeld();
      lastWrite = channel.write(piece);
    }
  }

  @Override
  public void finish(List<HttpField> trailers) {
    writeHeld();
    if (wrapChunks) {
      lastWrite = channel.write(LAST_CHUNK.duplicate());
    }
  }

  @Override
  public int answer(Answer answer, long ageSeconds, AddedFields added) {
    closeAfter = !head().isKeepAlive() || loop.edge().isClosing();
    int length = head().isHead() ? 0 : answer.bodyBytes();
    boolean small = length <= LARGEST_COPY;
    ByteBuf out = channel.alloc().buffer(768 + (small ? length : 0));
    answer.writeHead(out);
    AddedFields.write(out, "Age: ");
    AddedFields.write(out, ageSeconds);
    AddedFields.write(out, "\r\n");
    added.writeTo(out);
    persistence().writeTo(out);
    out.writeByte('\r').writeByte('\n');
    if (small) {
      if (length > 0) {
        answer.copyBody(out);
      }
      lastWrite = channel.writeAndFlush(out);
    } else {
      channel.write(out);
      lastWrite = channel.writeAndFlush(answer.body());
    }
    return length;
  }

  @Override
  public void empty(int status, String reason, AddedFields added) {
    closeAfter = mustClose();
    ByteBuf out = channel.alloc().buffer(256);
    AddedFields.write(out, "HTTP/1.1 " + status + " " + reason + "\r\n");
    added.writeTo(out);
    persistence().writeTo(out);
    out.writeByte('\r').writeByte('\n');
    lastWrite = channel.writeAndFlush(out);
  }

  @Override
  public int problem(int status, String detail, AddedFields added) {
    closeAfter = mustClose();
    ByteBuf out = channel.alloc().buffer(512);
    int bytes =
        ProblemResponse.write(
            out, status, detail, !head().isHead(), closeAfter, head().isHttp10(), added);
    lastWrite = channel.writeAndFlush(out);
    return bytes;
  }

  @Override
  public void upgrade(ResponseHead head, AddedFields added) {
    ByteBuf out = channel.alloc().buffer(512);
    head.writeTo(out, false, Persistence.UPGRADES, added);
    lastWrite = channel.writeAndFlush(out);
  }

  @Override
  public void becomeTunnel(UpstreamConnection with) {
    Tunnel tunnel = new Tunnel(connection, with, loop);
    with.becomeTunnel(tunnel);
    tunnel.fromUpstream();
    connection.becomeTunnel(tunnel);
  }

  @Override
  public void flush() {
    writeHeld();
    channel.flush();
  }

  @Override
  public void whenWritten(Runnable task) {
    if (lastWrite.isDone()) {
      task.run();
    } else {
      lastWrite.addListener(written -> task.run());
    }
  }

  @Override
  public void done() {
    connection.exchangeDone(!closeAfter, requestDone(), lastWrite);
  }

  @Override
  public void abort() {
    release();
    connection.abort(closeDelimited);
  }

  private static ByteBuf constant(String text) {
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII)).asReadOnly());
  }
}
