package dev.headroom.gateway.proxy;

import dev.headroom.base.Network;
import dev.headroom.gateway.http.AddedFields;
import dev.headroom.gateway.http.BodyReader;
import dev.headroom.gateway.http.ProblemResponse;
import dev.headroom.gateway.http.Refusal;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.identity.Origin;
import dev.headroom.gateway.identity.TrustedProxies;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection. Requests are answered one after the other: while one runs, the bytes of
 * the next wait unread, so that answers are in order and memory is bounded.
 */
// A write or close that fails ends the channel, and channelInactive tells of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientConnection extends ChannelInboundHandlerAdapter {
  /** Beyond this the socket is not read until some of it is used. */
  private static final int MAX_PENDING = 64 * 1024;

  final SocketChannel channel;
  final Pending in;
  final RequestHead head = new RequestHead();
  final BodyReader body = new BodyReader();
  private final Loop loop;
  private final Http1ClientSide side;
  private final String ownAuthority;
  private final boolean secure;

  /** Who has connected, or on whose behalf, by the PROXY header. */
  private Origin peer;

  /** Where the request of now comes from. */
  private Origin origin;

  private State state = State.HEAD;
  private @Nullable ProxyExchange exchange;
  private @Nullable Tunnel tunnel;
  private @Nullable Http2Session session;
  private boolean driving;

  /** Nothing has come yet that says which protocol it is. */
  private boolean fresh = true;

  /** In HEAD, when the head began, or when there was nothing to do; in LINGER, the deadline. */
  private long since;

  private enum State {
    /** Between requests, or in the middle of a head. */
    HEAD,
    /** A request is being answered. */
    EXCHANGE,
    /** A WebSocket. */
    TUNNEL,
    /** Streams of HTTP/2. */
    HTTP2,
    /** The last response is written; the rest of the input is discarded (RFC 9112, 9.6). */
    LINGER,
    CLOSED
  }

  ClientConnection(SocketChannel channel, Loop loop, boolean secure) {
    this.channel = channel;
    this.loop = loop;
    this.secure = secure;
    this.in = new Pending(channel.alloc());
    this.side = new Http1ClientSide(this, loop);
    this.since = loop.now();
    this.peer = Origin.of(remote(), secure, loop.edge().hash());
    this.origin = peer;
    this.ownAuthority =
        channel.localAddress().getHostString() + ":" + channel.localAddress().getPort();
  }

  /** Where the request of now comes from. */
  Origin origin() {
    return origin;
  }

  /** The host of requests that name none. */
  String ownAuthority() {
    return ownAuthority;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    loop.add(this);
    loop.edge().clientCame();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
    if (msg instanceof HAProxyMessage header) {
      introduce(header);
      return;
    }
    if (state == State.HTTP2) {
      ReferenceCountUtil.release(msg); // Frames that concern no stream.
      return;
    }
    in.add((ByteBuf) msg);
    if (!fresh || isHttp1(ctx)) {
      drive();
    }
  }

  /* Not when the preface of HTTP/2 has come, or may be coming. */
  private boolean isHttp1(ChannelHandlerContext ctx) throws Exception {
    switch (Http2Session.preface(in.bytes())) {
      case NONE -> fresh = false;
      case BEGUN -> {}
      case WHOLE -> {
        fresh = false;
        state = State.HTTP2;
        Http2Session its = Http2Session.begin(ctx, this, loop);
        session = its;
        its.feed(in.take());
      }
    }
    return state == State.HEAD && !fresh;
  }

  private void introduce(HAProxyMessage header) {
    String client = header.sourceAddress();
    // Empty when the proxy speaks for itself, as with its health checks.
    if (client != null) {
      boolean overTls =
          secure
              || header.tlvs().stream()
                  .anyMatch(each -> each instanceof HAProxySSLTLV tls && tls.isPP2ClientSSL());
      Network.literal(client)
          .ifPresent(address -> peer = Origin.of(address, overTls, loop.edge().hash()));
      origin = peer;
    }
    header.release();
  }

  private InetAddress remote() {
    return channel.remoteAddress().getAddress();
  }

  /** Who has connected, or on whose behalf by the PROXY header. */
  Origin peer() {
    return peer;
  }

  /** Where the request comes from: the next one of a proxy's may be another client's. */
  Origin originOf(RequestHead of) {
    TrustedProxies proxies = loop.settings().proxies();
    if (!proxies.speakForOthers(remote())) {
      return peer;
    }
    TrustedProxies.Claim claim = proxies.read(of);
    return Origin.of(
        Objects.requireNonNullElse(claim.address(), remote()),
        Objects.requireNonNullElse(claim.secure(), secure),
        loop.edge().hash());
  }

  /** Uses what has been read, as far as the state allows. */
  void drive() {
    if (driving) {
      return; // A request ended while it was begun: the loop below goes on.
    }
    driving = true;
    boolean more = true;
    while (more) {
      more =
          switch (state) {
            case HEAD -> readHead();
            case EXCHANGE -> readBody();
            case TUNNEL -> readTunnel();
            case LINGER, CLOSED -> discard();
            case HTTP2 -> false;
          };
    }
    driving = false;
    in.trim();
    if (state != State.TUNNEL) {
      channel.config().setAutoRead(in.size() < MAX_PENDING);
    }
  }

  private boolean readHead() {
    // A client that asks faster than it takes the answers: the rest waits in its socket.
    if (in.isEmpty() || !channel.isWritable()) {
      return false;
    }
    if (head.isEmpty()) {
      since = loop.now();
    }
    try {
      if (!head.feed(in.bytes())) {
        return false;
      }
    } catch (Refusal refusal) {
      refuse(refusal.status(), refusal.detail());
      return false;
    }
    state = State.EXCHANGE;
    origin = originOf(head);
    body.start(head.framing(), head.contentLength(), true);
    side.reset();
    ProxyExchange next = new ProxyExchange(side, loop, since);
    exchange = next;
    next.start();
    return true;
  }

  private boolean readBody() {
    if (exchange != null) {
      exchange.pumpRequest();
    }
    return state != State.EXCHANGE;
  }

  private boolean readTunnel() {
    if (tunnel != null) {
      tunnel.fromClient();
    }
    return false;
  }

  private boolean discard() {
    in.release();
    return false;
  }

  private void refuse(int status, String detail) {
    ByteBuf out = channel.alloc().buffer(512);
    int bytes = ProblemResponse.write(out, status, detail, true, true, false, AddedFields.NONE);
    loop.edge().refused(status, since, bytes, peer.text(), loop.random());
    linger(channel.writeAndFlush(out));
  }

  /** The exchange is over and its response written up to {@code last}. */
  void exchangeDone(boolean stays, boolean inputFinished, ChannelFuture last) {
    exchange = null;
    head.reset();
    since = loop.now();
    if (stays) {
      state = State.HEAD;
      drive();
    } else if (inputFinished && in.isEmpty()) {
      state = State.LINGER;
      since = loop.now() + loop.settings().timeouts().body().toNanos();
      last.addListener(ChannelFutureListener.CLOSE);
    } else {
      linger(last);
    }
  }

  /* Closing with unread input would make the kernel send a reset, which can overtake the response
   * on its way to the client: RFC 9112, section 9.6. */
  private void linger(ChannelFuture last) {
    state = State.LINGER;
    since = loop.now() + loop.settings().timeouts().body().toNanos();
    last.addListener(
        (ChannelFuture written) -> {
          since = loop.now() + loop.settings().timeouts().linger().toNanos();
          if (written.isSuccess()) {
            finishOutput();
          } else {
            channel.close();
          }
        });
    drive();
  }

  /** The exchange has become a WebSocket. */
  void becomeTunnel(Tunnel its) {
    exchange = null;
    tunnel = its;
    state = State.TUNNEL;
    drive();
  }

  /**
   * The response is cut: the client must see that.
   *
   * @param byReset because an orderly close would look like the response's end
   */
  void abort(boolean byReset) {
    exchange = null;
    state = State.LINGER;
    since = loop.now();
    if (byReset || secure) {
      channel.config().setSoLinger(0);
    }
    if (secure && channel.pipeline().get(SslHandler.class) != null) {
      // Not through TLS, which would say goodbye as after a whole response.
      channel.pipeline().remove(SslHandler.class);
    }
    channel.close();
  }

  /** Nothing more is written; the client may still send. */
  void finishOutput() {
    SslHandler tls = secure ? channel.pipeline().get(SslHandler.class) : null;
    if (tls != null) {
      tls.closeOutbound();
    } else {
      channel.shutdownOutput();
    }
  }

  void closeIfIdle() {
    if (state == State.HEAD && head.isEmpty()) {
      channel.close();
    } else if (session != null) {
      session.close();
    }
  }

  void check(long now) {
    Timeouts timeouts = loop.settings().timeouts();
    switch (state) {
      case HEAD -> {
        if (head.isEmpty()) {
          if (now - since > timeouts.idle().toNanos() || loop.edge().isClosing()) {
            channel.close();
          }
        } else if (now - since > timeouts.head().toNanos()) {
          refuse(408, "the request head took too long");
        }
      }
      case EXCHANGE -> {
        if (exchange != null) {
          exchange.check(now);
        }
      }
      case TUNNEL -> {
        if (tunnel != null) {
          tunnel.check(now);
        }
      }
      case HTTP2 -> {
        if (session != null) {
          session.check(now);
        }
      }
      case LINGER -> {
        if (now - since > 0) {
          channel.close();
        }
      }
      case CLOSED -> {}
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    channel.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      if (exchange != null) {
        exchange.clientWritable();
      } else if (tunnel != null) {
        tunnel.clientWritable();
      } else {
        drive();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    state = State.CLOSED;
    loop.remove(this);
    loop.edge().clientWent();
    if (exchange != null) {
      ProxyExchange its = exchange;
      exchange = null;
      its.clientGone();
    } else if (tunnel != null) {
      tunnel.close();
    }
    side.release();
    in.release();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent && tunnel != null) {
      tunnel.clientFinished();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (state == State.HTTP2 && Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
      return; // The codec says goodbye, and why.
    }
    loop.edge().clientFailed(channel, cause);
    channel.close();
  }
}
