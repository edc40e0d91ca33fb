package dev.headroom.router.session;

import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.router.pool.ServerConnection;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;

/** Asks a server to cancel what a connection runs, on a connection of its own. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class ServerCancel {
  private ServerCancel() {}

  static void send(ServerConnection connection) {
    byte[] request =
        new FrontendMessage.CancelRequest(
                connection.key().processId(), connection.key().secretKey())
            .encode();
    InetSocketAddress address = connection.member().address();
    new Bootstrap()
        .group(connection.channel().eventLoop())
        .channel(connection.channel().getClass())
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 2000)
        .handler(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelActive(ChannelHandlerContext context) {
                context.writeAndFlush(Unpooled.wrappedBuffer(request));
              }

              @Override
              public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                context.close();
              }
            })
        .connect(new InetSocketAddress(address.getHostString(), address.getPort()))
        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }
}
