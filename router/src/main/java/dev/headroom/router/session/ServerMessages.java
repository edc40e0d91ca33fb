package dev.headroom.router.session;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.ErrorFields;
import dev.headroom.pgwire.ProtocolException;
import dev.headroom.router.pool.ServerConnection;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Reads those messages of a server that the router has to understand. */
final class ServerMessages {
  private ServerMessages() {}

  static ErrorFields error(ByteBuf in, int index, int length) {
    return ((BackendMessage.ErrorResponse) decode('E', in, index, length)).fields();
  }

  static ErrorFields notice(ByteBuf in, int index, int length) {
    return ((BackendMessage.NoticeResponse) decode('N', in, index, length)).fields();
  }

  /** Of CommandComplete. */
  static String tag(ByteBuf in, int index, int length) {
    return ((BackendMessage.CommandComplete) decode('C', in, index, length)).tag();
  }

  /** Notes a ParameterStatus at its connection; the parameter's name. */
  static String report(ServerConnection from, ByteBuf in, int index, int length) {
    BackendMessage.ParameterStatus parameter =
        (BackendMessage.ParameterStatus) decode('S', in, index, length);
    from.parameters().put(parameter.name(), parameter.value());
    return parameter.name();
  }

  private static BackendMessage decode(char type, ByteBuf in, int index, int length) {
    byte[] payload = new byte[length];
    in.getBytes(index, payload);
    try {
      return BackendMessage.decode((byte) type, ByteBuffer.wrap(payload));
    } catch (ProtocolException e) {
      throw new IllegalStateException("server: " + e.getMessage(), e);
    }
  }
}
