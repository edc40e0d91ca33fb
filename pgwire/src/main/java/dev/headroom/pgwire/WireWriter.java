package dev.headroom.pgwire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Writes messages, one after another, into one array. Not thread-safe. */
final class WireWriter {
  private byte[] buffer = new byte[128];
  private int size;
  private int lengthAt = -1;

  /** Begins a message with a type byte. */
  WireWriter begin(char type) {
    int8(type);
    return beginUntyped();
  }

  /** Begins a message without one: those of the start-up. */
  WireWriter beginUntyped() {
    lengthAt = size;
    return int32(0);
  }

  /** Ends the message: its length is known now. */
  WireWriter end() {
    int length = size - lengthAt;
    buffer[lengthAt] = (byte) (length >>> 24);
    buffer[lengthAt + 1] = (byte) (length >>> 16);
    buffer[lengthAt + 2] = (byte) (length >>> 8);
    buffer[lengthAt + 3] = (byte) length;
    return this;
  }

  WireWriter int8(int value) {
    room(1);
    buffer[size++] = (byte) value;
    return this;
  }

  WireWriter int16(int value) {
    return int8(value >>> 8).int8(value);
  }

  WireWriter int32(int value) {
    return int16(value >>> 16).int16(value);
  }

  WireWriter string(String value) {
    return raw(value.getBytes(StandardCharsets.UTF_8)).int8(0);
  }

  WireWriter raw(byte[] bytes) {
    room(bytes.length);
    System.arraycopy(bytes, 0, buffer, size, bytes.length);
    size += bytes.length;
    return this;
  }

  WireWriter bytes(Bytes bytes) {
    bytes.writeTo(this);
    return this;
  }

  WireWriter value(Optional<Bytes> value) {
    if (value.isEmpty()) {
      return int32(-1);
    }
    return int32(value.get().length()).bytes(value.get());
  }

  WireWriter values(List<Optional<Bytes>> values) {
    int16(values.size());
    values.forEach(this::value);
    return this;
  }

  WireWriter shorts(List<Integer> values) {
    int16(values.size());
    values.forEach(this::int16);
    return this;
  }

  WireWriter ints(List<Integer> values) {
    int16(values.size());
    values.forEach(this::int32);
    return this;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(buffer, size);
  }

  private void room(int more) {
    if (buffer.length - size < more) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + more));
    }
  }
}
