package dev.headroom.router.pool;

import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.pgwire.Tls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Asks a server for TLS before anything else is said; {@link ServerHandshake} behind it hears of an
 * active channel once that is settled.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class TlsRequest extends ChannelInboundHandlerAdapter {
  private static final long TIMEOUT_MILLIS = 5000;

  private final Tls tls;
  private final InetSocketAddress server;

  TlsRequest(Tls tls, InetSocketAddress server) {
    this.tls = tls;
    this.server = server;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.writeAndFlush(Unpooled.wrappedBuffer(new FrontendMessage.SslRequest().encode()));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    byte answer = in.readByte();
    // More was sent before there was a key to encrypt it with: somebody interferes.
    boolean alone = !in.isReadable();
    in.release();
    if (answer == 'S' && alone) {
      encrypt(context);
    } else if (answer == 'N' && alone && !tls.isRequired()) {
      context.fireChannelActive();
      context.pipeline().remove(this);
    } else {
      fail(context, "does not speak TLS (expected by sslmode=" + tls.mode().word() + ")");
    }
  }

  private void encrypt(ChannelHandlerContext context) {
    SslHandler handler = new SslHandler(tls.clientEngine(server.getHostString(), server.getPort()));
    handler.setHandshakeTimeoutMillis(TIMEOUT_MILLIS);
    context.pipeline().addFirst("tls", handler);
    handler
        .handshakeFuture()
        .addListener(
            done -> {
              if (done.isSuccess()) {
                context.fireChannelActive();
                context.pipeline().remove(this);
              } else {
                fail(context, "TLS: " + done.cause().getMessage());
              }
            });
  }

  private static void fail(ChannelHandlerContext context, String reason) {
    context.fireExceptionCaught(new IOException(reason));
  }
}
