package dev.headroom.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/** Bytes that have been read from a socket and not been used yet. */
final class Pending {
  private final ByteBufAllocator allocator;
  private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

  Pending(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /** Adds what was read, and owns it from here on. */
  void add(ByteBuf more) {
    if (!bytes.isReadable()) {
      bytes.release();
      bytes = more;
      return;
    }
    ByteBuf joined = allocator.buffer(bytes.readableBytes() + more.readableBytes());
    joined.writeBytes(bytes).writeBytes(more);
    bytes.release();
    more.release();
    bytes = joined;
  }

  /** To read from. */
  ByteBuf bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return !bytes.isReadable();
  }

  int size() {
    return bytes.readableBytes();
  }

  /** Everything, now the caller's. */
  ByteBuf take() {
    ByteBuf taken = bytes;
    bytes = Unpooled.EMPTY_BUFFER;
    return taken;
  }

  /** Lets go of the memory when nothing is left in it. */
  void trim() {
    if (!bytes.isReadable()) {
      release();
    }
  }

  void release() {
    bytes.release();
    bytes = Unpooled.EMPTY_BUFFER;
  }
}
