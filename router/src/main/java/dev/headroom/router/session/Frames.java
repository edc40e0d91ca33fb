package dev.headroom.router.session;

import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.ProtocolException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Messages of a client as bytes: one of type, four of length, then the payload. */
final class Frames {
  private Frames() {}

  static ByteBuffer payload(byte[] frame) {
    return ByteBuffer.wrap(frame, 5, frame.length - 5);
  }

  /** Where the string that begins there ends: its zero byte. */
  static int end(byte[] frame, int from) throws ProtocolException {
    for (int i = from; i < frame.length; i++) {
      if (frame[i] == 0) {
        return i;
      }
    }
    throw new ProtocolException(
        "message '" + (char) frame[0] + "': string at byte " + from + " does not end");
  }

  static String text(byte[] frame, int from, int to) {
    return new String(frame, from, to - from, StandardCharsets.UTF_8);
  }

  /**
   * What follows the name in a Parse message: {@code sql}, then what {@code frame} has behind its.
   */
  static Bytes parse(String sql, byte[] frame, int textEnd) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    byte[] content = Arrays.copyOf(text, text.length + frame.length - textEnd);
    System.arraycopy(frame, textEnd, content, text.length, frame.length - textEnd);
    return Bytes.of(ByteBuffer.wrap(content));
  }

  /** How many formats of results a Bind message names, 0 when it makes no sense. */
  static int resultFormats(byte[] bind, int nameEnd) {
    ByteBuffer in = ByteBuffer.wrap(bind);
    try {
      in.position(nameEnd);
      int formats = in.getShort() & 0xffff;
      in.position(in.position() + 2 * formats);
      int values = in.getShort() & 0xffff;
      for (int i = 0; i < values; i++) {
        in.position(Math.max(0, in.getInt()) + in.position());
      }
      return in.getShort() & 0xffff;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return 0;
    }
  }

  static byte[] join(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
