package dev.headroom.router.pool;

import io.netty.buffer.ByteBuf;

/** Who has a server connection at the moment. Called on the connection's event loop. */
public interface ServerUser {

  /** Bytes from the server; the receiver releases them. */
  void received(ByteBuf bytes);

  /** No more bytes for the moment: flush. */
  void receivedAll();

  /** The server can or cannot take more. */
  void writabilityChanged(boolean writable);

  /** The connection is gone. */
  void lost(String reason);
}
