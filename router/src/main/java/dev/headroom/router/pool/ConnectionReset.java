package dev.headroom.router.pool;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.pgwire.MessageFramer;
import dev.headroom.pgwire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Discards what a client has left in a connection: {@code DISCARD ALL}, until it is ready again.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class ConnectionReset implements ServerUser {
  private static final byte[] DISCARD = new FrontendMessage.Query("DISCARD ALL").encode();

  private final ServerPool pool;
  private final ServerConnection connection;
  private final MessageFramer framer = new MessageFramer(1 << 20);
  private boolean failed;

  ConnectionReset(ServerPool pool, ServerConnection connection) {
    this.pool = pool;
    this.connection = connection;
  }

  void begin() {
    connection
        .channel()
        .writeAndFlush(Unpooled.wrappedBuffer(DISCARD), connection.channel().voidPromise());
  }

  @Override
  public void received(ByteBuf bytes) {
    byte[] chunk = new byte[bytes.readableBytes()];
    bytes.readBytes(chunk);
    bytes.release();
    try {
      framer.append(chunk, 0, chunk.length);
      MessageFramer.Frame frame = framer.next();
      while (frame != null) {
        switch (BackendMessage.decode(frame.type(), frame.payload())) {
          case BackendMessage.ErrorResponse e -> failed = true;
          case BackendMessage.ParameterStatus status ->
              connection.parameters().put(status.name(), status.value());
          case BackendMessage.ReadyForQuery ready -> {
            over();
            return;
          }
          default -> {
            // The command's tag, a notice: nothing to know.
          }
        }
        frame = framer.next();
      }
    } catch (ProtocolException e) {
      failed = true;
      over();
    }
  }

  private void over() {
    if (failed) {
      connection.unfit();
    } else {
      connection.wasReset();
    }
    pool.release(connection);
  }

  @Override
  public void receivedAll() {}

  @Override
  public void writabilityChanged(boolean writable) {}

  @Override
  public void lost(String reason) {}
}
