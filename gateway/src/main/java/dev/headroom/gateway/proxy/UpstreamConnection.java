package dev.headroom.gateway.proxy;

import dev.headroom.gateway.http.BodyReader;
import dev.headroom.gateway.http.ResponseHead;
import dev.headroom.gateway.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** A connection to a replica: in the pool, or at work for one exchange or tunnel. */
// A write or close that fails ends the channel, and channelInactive tells of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
  final SocketChannel channel;
  final Upstream upstream;
  final Pending in;
  final ResponseHead head = new ResponseHead();
  final BodyReader body = new BodyReader();
  private final Loop loop;

  /** For whom it works; null in the pool. */
  private @Nullable ProxyExchange exchange;

  private @Nullable Tunnel tunnel;
  private boolean reused;
  private boolean reset;
  private long idleSince;

  UpstreamConnection(SocketChannel channel, Upstream upstream, Loop loop) {
    this.channel = channel;
    this.upstream = upstream;
    this.loop = loop;
    this.in = new Pending(channel.alloc());
  }

  /** Works for {@code next} from here on. */
  void lease(ProxyExchange next) {
    exchange = next;
    head.reset();
  }

  /** Has nothing to do; goes back to the pool or is closed. */
  void leave(boolean reusable, long now) {
    exchange = null;
    if (reusable && in.isEmpty() && channel.isActive() && !upstream.isRemoved()) {
      reused = true;
      idleSince = now;
      channel.config().setAutoRead(true);
      loop.pool(this);
    } else {
      channel.close();
    }
  }

  /** Carries a WebSocket until it ends. */
  void becomeTunnel(Tunnel its) {
    exchange = null;
    tunnel = its;
  }

  /** Has carried an earlier exchange, so that the replica may have closed it meanwhile. */
  boolean isReused() {
    return reused;
  }

  /** It ended by a reset or another error and not by the replica's orderly close. */
  boolean wasReset() {
    return reset;
  }

  long idleSince() {
    return idleSince;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (tunnel == null && exchange == null) {
      // Nobody has asked. Whatever it is, it must never be taken for the next answer.
      ReferenceCountUtil.release(msg);
      channel.close();
      return;
    }
    in.add((ByteBuf) msg);
    if (tunnel != null) {
      tunnel.fromUpstream();
    } else if (exchange != null) {
      exchange.upstreamRead();
    }
    in.trim();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (exchange != null) {
      exchange.flushClient();
    } else if (tunnel != null) {
      tunnel.flushClient();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      if (exchange != null) {
        exchange.upstreamWritable();
      } else if (tunnel != null) {
        tunnel.upstreamWritable();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    loop.gone(this);
    if (exchange != null) {
      ProxyExchange its = exchange;
      exchange = null;
      its.upstreamGone();
    } else if (tunnel != null) {
      tunnel.close();
    }
    in.release();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent && tunnel != null) {
      tunnel.upstreamFinished();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    reset = true;
    channel.close();
  }
}
