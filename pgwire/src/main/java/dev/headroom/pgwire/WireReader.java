package dev.headroom.pgwire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the protocol's data types from one message; what is missing is a ProtocolException. */
final class WireReader {
  private final ByteBuffer in;
  private final String message;

  WireReader(ByteBuffer payload, String message) {
    this.in = payload.slice();
    this.message = message;
  }

  int int8() throws ProtocolException {
    need(1);
    return in.get() & 0xff;
  }

  int int16() throws ProtocolException {
    need(2);
    return in.getShort();
  }

  int count() throws ProtocolException {
    return int16() & 0xffff;
  }

  int int32() throws ProtocolException {
    need(4);
    return in.getInt();
  }

  String string() throws ProtocolException {
    int start = in.position();
    for (int i = start; i < in.limit(); i++) {
      if (in.get(i) == 0) {
        byte[] text = new byte[i - start];
        in.get(text);
        in.get();
        return new String(text, StandardCharsets.UTF_8);
      }
    }
    throw new ProtocolException(
        message + ": string at byte " + start + " does not end (expected: a zero byte)");
  }

  Bytes bytes(int length) throws ProtocolException {
    if (length < 0) {
      throw new ProtocolException(message + ": length " + length + " (expected: 0 or more)");
    }
    need(length);
    ByteBuffer part = in.slice(in.position(), length);
    in.position(in.position() + length);
    return Bytes.of(part);
  }

  /* Length -1 is NULL. */
  Optional<Bytes> value() throws ProtocolException {
    int length = int32();
    return length == -1 ? Optional.empty() : Optional.of(bytes(length));
  }

  Bytes rest() {
    return Bytes.of(in);
  }

  boolean hasMore() {
    return in.hasRemaining();
  }

  List<Integer> shorts() throws ProtocolException {
    int count = count();
    need(2 * count);
    List<Integer> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(int16());
    }
    return values;
  }

  List<Integer> ints() throws ProtocolException {
    int count = count();
    need(4 * count);
    List<Integer> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(int32());
    }
    return values;
  }

  List<Optional<Bytes>> values() throws ProtocolException {
    int count = count();
    need(4 * count);
    List<Optional<Bytes>> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(value());
    }
    return values;
  }

  void end() throws ProtocolException {
    if (in.hasRemaining()) {
      throw new ProtocolException(
          message + ": " + in.remaining() + " bytes left over (expected: the message's end)");
    }
  }

  private void need(int length) throws ProtocolException {
    if (in.remaining() < length) {
      throw new ProtocolException(
          message
              + ": ends at byte "
              + in.limit()
              + " (expected: "
              + (length - in.remaining())
              + " more)");
    }
  }
}
