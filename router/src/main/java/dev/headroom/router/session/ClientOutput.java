package dev.headroom.router.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes to a client. As long as it is held, nothing has been seen by the client, and the unit
 * can run again somewhere else.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class ClientOutput {
  private final Channel client;
  private final List<ByteBuf> held = new ArrayList<>();
  private boolean holding;

  ClientOutput(Channel client) {
    this.client = client;
  }

  void hold(boolean now) {
    holding = now;
  }

  boolean isHolding() {
    return holding;
  }

  /** An answer of our own, past what is held. */
  void write(byte[] message) {
    client.write(Unpooled.wrappedBuffer(message), client.voidPromise());
  }

  /** Passes bytes on, or holds them; releases them in the end. */
  void pass(ByteBuf bytes) {
    if (holding) {
      held.add(bytes);
    } else {
      client.write(bytes, client.voidPromise());
    }
  }

  void flush() {
    client.flush();
  }

  /** What is held goes to the client, and what follows too. */
  void let() {
    holding = false;
    for (ByteBuf buffer : held) {
      client.write(buffer, client.voidPromise());
    }
    held.clear();
  }

  /** The client shall not see what is held. */
  void discard() {
    held.forEach(ByteBuf::release);
    held.clear();
  }
}
