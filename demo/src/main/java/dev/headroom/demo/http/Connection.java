package dev.headroom.demo.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** One client connection: hands each request to a virtual thread and writes what comes back. */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class Connection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = System.getLogger(Connection.class.getName());
  private static final int MOST_PIPELINED = 16;

  private final Handler handler;
  private final Optional<LiveEndpoint> live;
  // Requests are answered one after the other; both are used by the event loop only.
  private final Deque<Runnable> pipelined = new ArrayDeque<>();
  private boolean answering;

  Connection(Handler handler, Optional<LiveEndpoint> live) {
    this.handler = handler;
    this.live = live;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest message) {
    if (message.decoderResult().isFailure()) {
      write(context, Reply.text(400, "malformed request"), false, false);
      return;
    }
    Runnable work = work(context, message);
    if (answering) {
      pipelined.add(work);
      context.channel().config().setAutoRead(pipelined.size() < MOST_PIPELINED);
    } else {
      answering = true;
      Thread.ofVirtual().start(work);
    }
  }

  private void answered(ChannelHandlerContext context) {
    Runnable next = pipelined.poll();
    if (next == null) {
      answering = false;
    } else {
      Thread.ofVirtual().start(next);
    }
    context.channel().config().setAutoRead(true);
  }

  private Runnable work(ChannelHandlerContext context, FullHttpRequest message) {
    boolean keepAlive = HttpUtil.isKeepAlive(message);
    boolean head = message.method().equals(HttpMethod.HEAD);
    Request request =
        Request.of(
            message.method().name(),
            message.uri(),
            message.headers(),
            ByteBufUtil.getBytes(message.content()));
    boolean upgrade =
        live.isPresent()
            && live.get().path().equals(request.path())
            && message
                .headers()
                .containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    return upgrade
        ? () -> upgrade(context, request, live.orElseThrow())
        : () -> write(context, answer(request), keepAlive, head);
  }

  private Reply answer(Request request) {
    try {
      return handler.handle(request);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, request.method() + " " + request.path() + " failed", e);
      return Reply.text(500, "internal error");
    }
  }

  private void write(ChannelHandlerContext context, Reply reply, boolean keepAlive, boolean head) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(reply.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(reply.body()));
    for (var header : reply.headers()) {
      response.headers().add(header.getKey(), header.getValue());
    }
    if (reply.status() != 204 && reply.status() != 304) {
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length);
    }
    boolean stays =
        keepAlive
            && !response
                .headers()
                .contains(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
    if (!stays) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    var written = context.writeAndFlush(response);
    if (stays) {
      written.addListener(done -> answered(context));
    } else {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void upgrade(ChannelHandlerContext context, Request request, LiveEndpoint endpoint) {
    Optional<Reply> refusal;
    try {
      refusal = endpoint.refuse(request);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "WebSocket handshake failed", e);
      refusal = Optional.of(Reply.text(500, "internal error"));
    }
    if (refusal.isPresent()) {
      write(context, refusal.get(), false, false);
      return;
    }
    context.channel().eventLoop().execute(() -> handshake(context, request, endpoint));
  }

  private static void handshake(
      ChannelHandlerContext context, Request request, LiveEndpoint endpoint) {
    FullHttpRequest handshake =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.GET, request.path(), Unpooled.EMPTY_BUFFER);
    handshake.headers().set(request.headers());
    var handshaker =
        new WebSocketServerHandshakerFactory(endpoint.path(), null, false, 64 * 1024)
            .newHandshaker(handshake);
    if (handshaker == null) {
      WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel());
      return;
    }
    LiveConnection connection = new LiveConnection(context.channel());
    var pipeline = context.pipeline();
    pipeline.replace(context.handler(), "frames", new Frames());
    handshaker
        .handshake(context.channel(), handshake)
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                context.close();
                return;
              }
              context.channel().closeFuture().addListener(c -> endpoint.closed(connection));
              endpoint.opened(request, connection);
            });
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A client that goes away is its own business.
    LOG.log(Level.DEBUG, "connection closed: {0}", cause.toString());
    context.close();
  }
}
