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
import dev.headroom.gateway.identity.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One request of an HTTP/2 connection, read as if it had come by HTTP/1.1, and its response. */
// A write or close that fails ends the channel, and channelInactive tells of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http2Stream extends ChannelInboundHandlerAdapter implements ClientSide {
  /** Beyond this the client gets no more window until some of it is used. */
  private static final int MAX_PENDING = 64 * 1024;

  private final Channel channel;
  private final Http2Session session;
  private final ClientConnection connection;
  private final Loop loop;
  private final RequestHead head = new RequestHead();

  /** What has come of the body, in the form in which it is forwarded. */
  private final Deque<ByteBuf> body = new ArrayDeque<>();

  private int pending;
  private @Nullable ProxyExchange exchange;
  private boolean begun;
  private boolean driving;

  /** The client has ended its half. */
  private boolean ended;

  private long received;

  /** The last piece of the response's content, kept back since it may carry the stream's end. */
  private @Nullable ByteBuf held;

  private boolean responseEnded;
  private ChannelFuture lastWrite;
  private Origin origin;

  Http2Stream(Channel channel, Http2Session session, ClientConnection connection, Loop loop) {
    this.channel = channel;
    this.session = session;
    this.connection = connection;
    this.loop = loop;
    this.lastWrite = channel.newSucceededFuture();
    this.origin = connection.peer();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    session.add(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    switch (msg) {
      case Http2HeadersFrame frame when !begun -> begin(frame);
      case Http2HeadersFrame frame -> trailers(frame);
      case Http2DataFrame frame -> {
        try {
          data(frame);
        } finally {
          frame.release();
        }
      }
      default -> ReferenceCountUtil.release(msg);
    }
  }

  private void begin(Http2HeadersFrame frame) {
    begun = true;
    ended = frame.isEndStream();
    long since = loop.now();
    ByteBuf text = channel.alloc().buffer(512);
    try {
      DowngradedHead.write(frame.headers(), ended, text);
      if (!head.feed(text) || text.isReadable()) {
        throw new DowngradedHead.Malformed("a head that is none");
      }
      if (ended && head.framing() != Framing.NONE) {
        throw new DowngradedHead.Malformed("a content-length without content");
      }
    } catch (DowngradedHead.Malformed malformed) {
      reset(Http2Error.PROTOCOL_ERROR);
      return;
    } catch (Refusal refusal) {
      int bytes = problem(refusal.status(), refusal.detail(), AddedFields.NONE);
      loop.edge().refused(refusal.status(), since, bytes, origin.text(), loop.random());
      done();
      return;
    } finally {
      text.release();
    }
    origin = connection.originOf(head);
    ProxyExchange next = new ProxyExchange(this, loop, since);
    exchange = next;
    next.start();
  }

  private void data(Http2DataFrame frame) {
    if (exchange == null) {
      return; // Already answered.
    }
    ByteBuf content = frame.content();
    received += content.readableBytes();
    boolean counted = head.framing() != Framing.CHUNKED;
    long announced = head.framing() == Framing.LENGTH ? head.contentLength() : 0;
    boolean wrong =
        counted && (received > announced || (frame.isEndStream() && received < announced));
    if (wrong) {
      reset(Http2Error.PROTOCOL_ERROR); // RFC 9113, section 8.1.1.
      return;
    }
    if (content.isReadable()) {
      add(content.retain());
    }
    if (frame.isEndStream()) {
      end();
    }
    drive();
  }

  private void add(ByteBuf content) {
    pending += content.readableBytes();
    if (head.framing() == Framing.CHUNKED) {
      ByteBuf size = channel.alloc().buffer(16);
      BodyReader.writeSize(size, content.readableBytes());
      body.add(size);
      body.add(content);
      body.add(text("\r\n"));
    } else {
      body.add(content);
    }
  }

  private void end() {
    ended = true;
    if (head.framing() == Framing.CHUNKED) {
      body.add(text("0\r\n\r\n"));
    }
  }

  /* What a request says after its body, no replica is told: few servers look at it, and what they
   * make of it differs. */
  private void trailers(Http2HeadersFrame frame) {
    boolean tooShort = head.framing() == Framing.LENGTH && received < head.contentLength();
    if (!frame.isEndStream() || ended || tooShort) {
      reset(Http2Error.PROTOCOL_ERROR);
      return;
    }
    if (exchange != null) {
      end();
      drive();
    }
  }

  private static ByteBuf text(String text) {
    ByteBuf out = Unpooled.buffer(text.length());
    AddedFields.write(out, text);
    return out;
  }

  @Override
  public RequestHead head() {
    return head;
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public String protocol() {
    return "HTTP/2.0";
  }

  @Override
  public String ownAuthority() {
    return connection.ownAuthority();
  }

  @Override
  public boolean requestDone() {
    return ended && body.isEmpty();
  }

  @Override
  public @Nullable ByteBuf readBody(ByteBufAllocator allocator) {
    ByteBuf piece = body.poll();
    if (piece != null) {
      pending = Math.max(0, pending - piece.readableBytes());
    }
    return piece;
  }

  @Override
  public long requestBytes() {
    return received;
  }

  @Override
  public void drive() {
    if (driving || exchange == null) {
      return;
    }
    driving = true;
    exchange.pumpRequest();
    driving = false;
    channel.config().setAutoRead(pending < MAX_PENDING);
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public boolean takesChunks() {
    return false;
  }

  @Override
  public ByteBufAllocator allocator() {
    return channel.alloc();
  }

  @Override
  public void interim(ResponseHead response) {
    Http2Headers headers = Http2Fields.of(response, AddedFields.NONE, channel.alloc());
    channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers, false));
  }

  @Override
  public void begin(ResponseHead response, boolean unframed, AddedFields added) {
    begin(Http2Fields.of(response, added, channel.alloc()), response.framing() == Framing.NONE);
  }

  private void begin(Http2Headers headers, boolean last) {
    responseEnded = last;
    lastWrite = channel.write(new DefaultHttp2HeadersFrame(headers, last));
  }

  @Override
  public void write(ByteBuf piece) {
    writeHeld();
    held = piece;
  }

  private void writeHeld() {
    ByteBuf piece = held;
    if (piece != null) {
      held = null;
      lastWrite = channel.write(new DefaultHttp2DataFrame(piece));
    }
  }

  @Override
  public void finish(List<HttpField> trailers) {
    if (responseEnded) {
      return;
    }
    responseEnded = true;
    if (trailers.isEmpty()) {
      ByteBuf last = held == null ? Unpooled.EMPTY_BUFFER : held;
      held = null;
      lastWrite = channel.write(new DefaultHttp2DataFrame(last, true));
    } else {
      writeHeld();
      lastWrite =
          channel.write(new DefaultHttp2HeadersFrame(Http2Fields.ofTrailers(trailers), true));
    }
  }

  @Override
  public int answer(Answer answer, long ageSeconds, AddedFields added) {
    ByteBuf text = channel.alloc().buffer(768);
    int length = head.isHead() ? 0 : answer.bodyBytes();
    try {
      answer.writeHead(text);
      AddedFields.write(text, "Age: " + ageSeconds + "\r\n");
      added.writeTo(text);
      text.writeByte('\r').writeByte('\n');
      begin(Http2Fields.ofText(text), length == 0);
    } finally {
      text.release();
    }
    if (length > 0) {
      held = answer.body();
      finish(List.of());
    }
    channel.flush();
    return length;
  }

  @Override
  public void empty(int status, String reason, AddedFields added) {
    ByteBuf text = channel.alloc().buffer(256);
    try {
      AddedFields.write(text, "HTTP/1.1 " + status + " " + reason + "\r\n");
      added.writeTo(text);
      text.writeByte('\r').writeByte('\n');
      begin(Http2Fields.ofText(text), true);
    } finally {
      text.release();
    }
    channel.flush();
  }

  @Override
  public int problem(int status, String detail, AddedFields added) {
    ByteBuf text = channel.alloc().buffer(512);
    int length;
    try {
      boolean withBody = !head.isWhole() || !head.isHead();
      length = ProblemResponse.write(text, status, detail, withBody, false, false, added);
      begin(Http2Fields.ofText(text), length == 0);
      held = length == 0 ? null : text.readRetainedSlice(length);
    } finally {
      text.release();
    }
    finish(List.of());
    channel.flush();
    return length;
  }

  @Override
  public void upgrade(ResponseHead response, AddedFields added) {
    throw new IllegalStateException("HTTP/2 has no upgrade, so none was asked for");
  }

  @Override
  public void becomeTunnel(UpstreamConnection with) {
    throw new IllegalStateException("HTTP/2 has no upgrade, so none was asked for");
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
    exchange = null;
    releaseBody();
    channel.config().setAutoRead(true);
    if (!ended) {
      // RFC 9113, section 8.1: the rest of the request is not needed.
      lastWrite.addListener(written -> reset(Http2Error.NO_ERROR));
    }
  }

  @Override
  public void abort() {
    reset(Http2Error.INTERNAL_ERROR);
  }

  private void reset(Http2Error error) {
    ProxyExchange its = exchange;
    exchange = null;
    if (its != null) {
      its.clientGone();
    }
    if (channel.isActive()) {
      channel.writeAndFlush(new DefaultHttp2ResetFrame(error));
    }
  }

  void check(long now) {
    if (exchange != null) {
      exchange.check(now);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable() && exchange != null) {
      exchange.clientWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    session.remove(this);
    ProxyExchange its = exchange;
    exchange = null;
    if (its != null) {
      its.clientGone();
    }
    releaseBody();
    if (held != null) {
      held.release();
      held = null;
    }
  }

  private void releaseBody() {
    body.forEach(ByteBuf::release);
    body.clear();
    pending = 0;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Http2Exception theirs = Http2CodecUtil.getEmbeddedHttp2Exception(cause);
    if (theirs != null) {
      reset(theirs.error());
    } else {
      loop.edge().clientFailed(connection.channel, cause);
      channel.close();
    }
  }
}
