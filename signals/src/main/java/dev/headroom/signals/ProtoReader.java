package dev.headroom.signals;

/**
 * A cursor over protobuf fields. Not thread-safe.
 *
 * <pre>{@code
 * int outer = in.enter();
 * while (in.next()) {
 *   switch (in.field()) {
 *     case 1 -> id = in.varint();
 *     default -> in.skip();
 *   }
 * }
 * in.leave(outer);
 * }</pre>
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Protocol Buffers encoding</a>
 */
final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int LENGTH = 2;
  static final int FIXED32 = 5;

  private final byte[] bytes;
  private int position;
  private int limit;
  private int field;
  private int wire;

  ProtoReader(byte[] bytes) {
    this.bytes = bytes;
    this.limit = bytes.length;
  }

  byte[] bytes() {
    return bytes;
  }

  int position() {
    return position;
  }

  /** Goes back to where {@link #position()} was. */
  void rewind(int mark) {
    position = mark;
  }

  /** Reads the next tag; false at the end of the message. */
  boolean next() {
    if (position >= limit) {
      return false;
    }
    long tag = rawVarint();
    field = (int) (tag >>> 3);
    wire = (int) tag & 7;
    if (field <= 0 || tag >>> 32 != 0) {
      throw refuse("field number " + (tag >>> 3) + " (expected: 1 to 536870911)");
    }
    return true;
  }

  int field() {
    return field;
  }

  int wire() {
    return wire;
  }

  /** Enters the message of the current field; returns what {@link #leave} needs. */
  int enter() {
    int length = length();
    int outer = limit;
    limit = position + length;
    return outer;
  }

  void leave(int outer) {
    position = limit;
    limit = outer;
  }

  /** True while the entered packed field has values left. */
  boolean more() {
    return position < limit;
  }

  /** Length of a length-delimited field, whose first byte is then at {@link #position()}. */
  int length() {
    expect(LENGTH);
    long length = rawVarint();
    if (length < 0 || length > limit - position) {
      throw refuse("length " + length + " (expected: at most " + (limit - position) + ")");
    }
    return (int) length;
  }

  /** Steps over bytes that were read in place. */
  void advance(int length) {
    position += length;
  }

  long varint() {
    expect(VARINT);
    return rawVarint();
  }

  long rawVarint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position >= limit) {
        throw refuse("the message ends inside a varint");
      }
      byte b = bytes[position++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw refuse("a varint of more than 10 bytes");
  }

  /** {@code sint32}: zigzag. */
  int zigzag() {
    int raw = (int) varint();
    return (raw >>> 1) ^ -(raw & 1);
  }

  long fixed64() {
    expect(FIXED64);
    return rawFixed64();
  }

  long rawFixed64() {
    if (limit - position < 8) {
      throw refuse("the message ends inside a fixed64");
    }
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = (value << 8) | (bytes[position + i] & 0xff);
    }
    position += 8;
    return value;
  }

  double float64() {
    return Double.longBitsToDouble(fixed64());
  }

  void skip() {
    switch (wire) {
      case VARINT -> rawVarint();
      case FIXED64 -> advanceWithin(8);
      case LENGTH -> advance(length());
      case FIXED32 -> advanceWithin(4);
      default -> throw refuse("wire type " + wire + " (expected: 0, 1, 2 or 5)");
    }
  }

  private void advanceWithin(int length) {
    if (limit - position < length) {
      throw refuse("the message ends inside a fixed" + length * 8);
    }
    position += length;
  }

  private void expect(int expected) {
    if (wire != expected) {
      throw refuse("field " + field + " has wire type " + wire + " (expected: " + expected + ")");
    }
  }

  OtlpRefusal refuse(String message) {
    return new OtlpRefusal(position, message);
  }
}
