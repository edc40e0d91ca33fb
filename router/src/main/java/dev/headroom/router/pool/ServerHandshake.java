package dev.headroom.router.pool;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.BackendMessage.BackendKeyData;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.pgwire.MessageFramer;
import dev.headroom.pgwire.ServerError;
import dev.headroom.pgwire.ServerLogin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Logs a new connection in; {@link ServerPool} goes on with it. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class ServerHandshake extends ChannelInboundHandlerAdapter {
  private static final int MAX_MESSAGE = 1 << 20;

  private final ServerPool pool;
  private final Login login;
  private final ServerLogin exchange;
  private final MessageFramer framer = new MessageFramer(MAX_MESSAGE);
  private final Map<String, String> parameters = new HashMap<>();
  private BackendKeyData key = new BackendKeyData(0, Bytes.empty());
  private boolean over;

  ServerHandshake(ServerPool pool, Login login, String nonce) {
    this.pool = pool;
    this.login = login;
    this.exchange = login.begin(nonce);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    Map<String, String> startup = new LinkedHashMap<>();
    startup.put("user", login.user());
    startup.put("database", login.database());
    startup.put("client_encoding", "UTF8");
    startup.put("application_name", "headroom router");
    send(context, new FrontendMessage.Startup(FrontendMessage.Startup.VERSION_3_0, startup));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      byte[] bytes = new byte[in.readableBytes()];
      in.readBytes(bytes);
      framer.append(bytes, 0, bytes.length);
      MessageFramer.Frame frame = framer.next();
      while (frame != null && !over) {
        handle(context, BackendMessage.decode(frame.type(), frame.payload()));
        frame = framer.next();
      }
    } catch (ServerError e) {
      over = true;
      pool.openingRefused(e.fields());
      context.close();
    } catch (IOException e) {
      fail(context, String.valueOf(e.getMessage()));
    } finally {
      in.release();
    }
  }

  private void handle(ChannelHandlerContext context, BackendMessage message) throws IOException {
    switch (message) {
      case BackendMessage.ParameterStatus status -> parameters.put(status.name(), status.value());
      case BackendKeyData data -> key = data;
      case BackendMessage.ReadyForQuery ready -> {
        over = true;
        ServerConnection connection =
            new ServerConnection(pool, context.channel(), key, parameters);
        context.pipeline().replace(this, "server", connection);
        pool.opened(connection);
      }
      default -> {
        FrontendMessage answer = exchange.answer(message);
        if (answer != null) {
          send(context, answer);
        }
      }
    }
  }

  private static void send(ChannelHandlerContext context, FrontendMessage message) {
    context.writeAndFlush(Unpooled.wrappedBuffer(message.encode()), context.voidPromise());
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(context, "closed the connection while logging in");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(context, String.valueOf(cause.getMessage()));
  }

  private void fail(ChannelHandlerContext context, String reason) {
    if (!over) {
      over = true;
      pool.openingFailed(reason);
      context.close();
    }
  }
}
