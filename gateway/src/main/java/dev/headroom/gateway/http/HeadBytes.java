package dev.headroom.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * The bytes of a message head, or of a trailer section, as they arrive, cut into lines. A line ends
 * with CRLF and nothing else: a lone CR or LF is refused at once (RFC 9112, section 2.2 lets a
 * recipient be lax here, and every laxity is somebody's request smuggling).
 */
final class HeadBytes {
  /** What stands before the empty line. */
  enum Kind {
    /** A request line and fields; empty lines before it are skipped. */
    REQUEST(32 * 1024),
    /** A status line and fields. */
    RESPONSE(32 * 1024),
    /** Fields only, perhaps none. */
    TRAILERS(8 * 1024);

    private final int limit;

    Kind(int limit) {
      this.limit = limit;
    }
  }

  static final int MAX_TARGET = 8 * 1024;
  static final int MAX_FIELDS = 100;

  private static final int PIECE = 2 * 1024;
  private static final int KEPT_CAPACITY = 8 * 1024;
  // An old habit of clients is to end a body with an extra CRLF: RFC 9112, section 2.2.
  private static final int MAX_LEADING_EMPTY_LINES = 2;

  private final Kind kind;
  byte[] bytes = new byte[1024];
  private int length;
  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private int lines;
  private int lineStart;
  private int leadingEmptyLines;

  HeadBytes(Kind kind) {
    this.kind = kind;
  }

  /** Forgets everything, ready for the next message of the connection. */
  void reset() {
    if (bytes.length > KEPT_CAPACITY) {
      bytes = new byte[1024];
    }
    length = 0;
    lines = 0;
    lineStart = 0;
    leadingEmptyLines = 0;
  }

  /** All bytes that were taken. */
  ByteBuf whole() {
    return Unpooled.wrappedBuffer(bytes, 0, length);
  }

  /**
   * Takes from {@code in} up to the end of the head, not further.
   *
   * @return whether the head is whole
   */
  boolean feed(ByteBuf in) throws Refusal {
    while (in.isReadable()) {
      int piece = Math.min(in.readableBytes(), PIECE);
      if (length + piece > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + piece));
      }
      in.getBytes(in.readerIndex(), bytes, length, piece);
      int end = scan(length, length + piece);
      int taken = end < 0 ? piece : end - length;
      in.skipBytes(taken);
      length += taken;
      checkSize();
      if (end >= 0) {
        return true;
      }
    }
    return false;
  }

  /* Index after the empty line, or -1. */
  private int scan(int from, int to) throws Refusal {
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      boolean afterCr = i > lineStart && bytes[i - 1] == '\r';
      if (b != '\n') {
        if (afterCr) {
          throw Refusal.bad("a CR without LF in the head");
        }
        continue;
      }
      if (!afterCr) {
        throw Refusal.bad("an LF without CR in the head");
      }
      if (i - 1 == lineStart) {
        if (lines > 0 || kind == Kind.TRAILERS) {
          return i + 1;
        }
        if (kind != Kind.REQUEST || ++leadingEmptyLines > MAX_LEADING_EMPTY_LINES) {
          throw Refusal.bad("empty lines before the first line");
        }
      } else {
        addLine(lineStart, i - 1);
      }
      lineStart = i + 1;
    }
    return -1;
  }

  private void addLine(int start, int end) throws Refusal {
    if (lines > MAX_FIELDS) {
      throw new Refusal(431, "more than " + MAX_FIELDS + " fields");
    }
    if (lines == starts.length) {
      starts = Arrays.copyOf(starts, lines * 2);
      ends = Arrays.copyOf(ends, lines * 2);
    }
    starts[lines] = start;
    ends[lines] = end;
    lines++;
  }

  private void checkSize() throws Refusal {
    if (kind == Kind.REQUEST && lines == 0 && length - lineStart > MAX_TARGET + 64) {
      throw new Refusal(414, "a request line over " + MAX_TARGET + " bytes");
    }
    if (length > kind.limit) {
      throw new Refusal(431, "a head over " + kind.limit + " bytes");
    }
  }

  boolean isEmpty() {
    return length == 0;
  }

  int lines() {
    return lines;
  }

  int start(int line) {
    return starts[line];
  }

  /** Of the line's CR. */
  int end(int line) {
    return ends[line];
  }
}
