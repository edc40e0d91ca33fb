package dev.headroom.signals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes protobuf fields into a growing array. Values that are proto3 defaults are left out. */
final class ProtoWriter {
  private byte[] bytes = new byte[512];
  private int size;

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  int size() {
    return size;
  }

  /** Opens a nested message; {@link #end} closes it. */
  int begin(int field) {
    tag(field, ProtoReader.LENGTH);
    put(0);
    return size;
  }

  /* The length was not known at the start: one byte was kept for it, and a longer one moves what
   * has been written since. */
  void end(int start) {
    int length = size - start;
    int more = 0;
    for (int rest = length >>> 7; rest != 0; rest >>>= 7) {
      more++;
    }
    if (more > 0) {
      reserve(more);
      System.arraycopy(bytes, start, bytes, start + more, length);
    }
    int at = start - 1;
    int rest = length;
    while (rest >>> 7 != 0) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at] = (byte) rest;
    size += more;
  }

  void varint(int field, long value) {
    if (value != 0) {
      tag(field, ProtoReader.VARINT);
      rawVarint(value);
    }
  }

  void zigzag(int field, int value) {
    varint(field, Integer.toUnsignedLong((value << 1) ^ (value >> 31)));
  }

  void fixed64(int field, long value) {
    if (value != 0) {
      presentFixed64(field, value);
    }
  }

  /** For members of a {@code oneof} and optional fields, where zero is a value. */
  void presentFixed64(int field, long value) {
    tag(field, ProtoReader.FIXED64);
    rawFixed64(value);
  }

  void presentVarint(int field, long value) {
    tag(field, ProtoReader.VARINT);
    rawVarint(value);
  }

  void fixed32(int field, int value) {
    tag(field, ProtoReader.FIXED32);
    for (int i = 0; i < 4; i++) {
      put(value >>> (8 * i));
    }
  }

  void presentDouble(int field, double value) {
    presentFixed64(field, Double.doubleToRawLongBits(value));
  }

  void text(int field, String value) {
    if (!value.isEmpty()) {
      presentText(field, value);
    }
  }

  void presentText(int field, String value) {
    bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  void bytes(int field, byte[] value) {
    tag(field, ProtoReader.LENGTH);
    rawVarint(value.length);
    reserve(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  void rawVarint(long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      put((int) (rest | 0x80));
      rest >>>= 7;
    }
    put((int) rest);
  }

  void rawFixed64(long value) {
    for (int i = 0; i < 8; i++) {
      put((int) (value >>> (8 * i)));
    }
  }

  /** Big-endian, as ids are written. */
  void rawId(long value) {
    rawFixed64(Long.reverseBytes(value));
  }

  void traceId(int field, TraceId id) {
    if (id.isValid()) {
      tag(field, ProtoReader.LENGTH);
      put(16);
      rawId(id.high());
      rawId(id.low());
    }
  }

  void spanId(int field, SpanId id) {
    if (id.isValid()) {
      tag(field, ProtoReader.LENGTH);
      put(8);
      rawId(id.value());
    }
  }

  private void tag(int field, int wire) {
    rawVarint(((long) field << 3) | wire);
  }

  private void put(int b) {
    reserve(1);
    bytes[size++] = (byte) b;
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
