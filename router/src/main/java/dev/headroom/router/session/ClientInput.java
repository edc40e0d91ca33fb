package dev.headroom.router.session;

import dev.headroom.pgwire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** What a client has sent and nobody has looked at yet. */
final class ClientInput {
  /** PostgreSQL takes up to 1 GB; a message is kept whole here. */
  static final int MAX_MESSAGE = 64 << 20;

  private ByteBuf pending = Unpooled.EMPTY_BUFFER;

  /** Takes the bytes over. */
  void append(ByteBuf bytes) {
    if (!bytes.isReadable()) {
      bytes.release();
      return;
    }
    if (!pending.isReadable()) {
      pending.release();
      pending = bytes;
      return;
    }
    if (pending.refCnt() > 1
        || pending.isReadOnly()
        || !pending.isWritable(bytes.readableBytes())) {
      int size = pending.readableBytes() + bytes.readableBytes();
      ByteBuf wider = bytes.alloc().buffer(Math.max(size + size / 2, 1024));
      wider.writeBytes(pending);
      pending.release();
      pending = wider;
    }
    pending.writeBytes(bytes);
    bytes.release();
  }

  int size() {
    return pending.readableBytes();
  }

  /** Length of the next message when it is too long to be kept, else 0. */
  int tooLong() {
    int length = pending.readableBytes() < 5 ? 0 : pending.getInt(pending.readerIndex() + 1);
    return length > MAX_MESSAGE ? length : 0;
  }

  /** The next whole message with its type and length, or null. */
  byte @Nullable [] next() throws ProtocolException {
    if (pending.readableBytes() < 5) {
      return null;
    }
    int length = pending.getInt(pending.readerIndex() + 1);
    if (length < 4 || length > MAX_MESSAGE) {
      throw new ProtocolException(
          "message '"
              + (char) pending.getUnsignedByte(pending.readerIndex())
              + "': length "
              + length
              + " (expected: 4 to "
              + MAX_MESSAGE
              + ")");
    }
    if (pending.readableBytes() < length + 1) {
      return null;
    }
    byte[] frame = new byte[length + 1];
    pending.readBytes(frame);
    if (!pending.isReadable()) {
      // A client may be idle for long, and there are thousands of them.
      release();
    }
    return frame;
  }

  void release() {
    pending.release();
    pending = Unpooled.EMPTY_BUFFER;
  }
}
