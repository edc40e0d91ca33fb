package dev.headroom.router.session;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Walks the server's messages by their headers. Rows and COPY data are passed on in the buffers
 * they came in, however long; every other message is shown whole to the handler, which says whether
 * it goes on.
 */
final class Answers {

  /** Decides; called in the order of the messages. */
  interface Handler {

    /** A row or COPY data is next. */
    void bulk(byte type, int length);

    /**
     * A whole message, its body at {@code index}.
     *
     * @return true to pass it on
     */
    boolean message(byte type, ByteBuf in, int index, int length);

    /** What the client gets behind the last message; null for nothing. The receiver releases. */
    @Nullable ByteBuf injection();

    /** Passes bytes on, and releases them. */
    void pass(ByteBuf bytes);
  }

  private final Handler handler;
  private @Nullable ByteBuf partial;
  private int bulkLeft;

  Answers(Handler handler) {
    this.handler = handler;
  }

  /** Has the client got a part of a message and not the rest? */
  boolean insideMessage() {
    return bulkLeft > 0;
  }

  void feed(ByteBuf bytes) {
    ByteBuf in = bytes;
    ByteBuf kept = partial;
    if (kept != null) {
      partial = null;
      kept.writeBytes(bytes);
      bytes.release();
      in = kept;
    }
    try {
      walk(in);
    } finally {
      in.release();
    }
  }

  private void walk(ByteBuf in) {
    int end = in.writerIndex();
    int position = in.readerIndex();
    int run = position;
    while (position < end) {
      if (bulkLeft > 0) {
        int taken = Math.min(bulkLeft, end - position);
        position += taken;
        bulkLeft -= taken;
        continue;
      }
      if (end - position < 5) {
        break;
      }
      byte type = in.getByte(position);
      int length = in.getInt(position + 1);
      if (type == 'D' || type == 'd') {
        handler.bulk(type, length);
        bulkLeft = length + 1;
        continue;
      }
      if (end - position < length + 1) {
        break;
      }
      if (type == 'E' || type == 'N' || type == 'S') {
        // These may change what becomes of the messages before them.
        passRun(in, run, position);
        run = position;
      }
      boolean forward = handler.message(type, in, position + 5, length - 4);
      if (!forward) {
        passRun(in, run, position);
        run = position + length + 1;
      }
      position += length + 1;
      ByteBuf injection = handler.injection();
      if (injection != null) {
        passRun(in, run, position);
        run = position;
        handler.pass(injection);
      }
    }
    passRun(in, run, position);
    if (position < end) {
      int wanted = end - position >= 5 ? in.getInt(position + 1) + 1 : 64;
      ByteBuf rest = in.alloc().buffer(Math.max(Math.min(wanted, 1 << 20), end - position));
      rest.writeBytes(in, position, end - position);
      partial = rest;
    }
  }

  private void passRun(ByteBuf in, int from, int to) {
    if (to > from) {
      handler.pass(in.retainedSlice(from, to - from));
    }
  }

  void reset() {
    ByteBuf kept = partial;
    partial = null;
    bulkLeft = 0;
    if (kept != null) {
      kept.release();
    }
  }
}
