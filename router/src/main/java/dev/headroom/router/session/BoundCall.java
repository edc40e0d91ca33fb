package dev.headroom.router.session;

import dev.headroom.router.pool.PreparedText;
import dev.headroom.signals.QueryCall;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A prepared statement with what a Bind message gave it. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record BoundCall(PreparedText text, byte[] frame, int nameEnd, int executions)
    implements QueryCall {
  static final int MAX_VALUES = 200;
  static final int MAX_LENGTH = 4096;

  @Override
  public String sql() {
    return text.sql();
  }

  /* Int16 count of format codes, these; Int16 count of values, each with Int32 length or -1. */
  @Override
  public List<Parameter> parameters() {
    List<Parameter> values = new ArrayList<>();
    try {
      read(values);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      // Not a Bind message that the server can have understood.
    }
    return values;
  }

  private void read(List<Parameter> values) {
    ByteBuffer in = ByteBuffer.wrap(frame);
    in.position(nameEnd);
    short[] formats = new short[in.getShort() & 0xffff];
    for (int i = 0; i < formats.length; i++) {
      formats[i] = in.getShort();
    }
    int count = in.getShort() & 0xffff;
    int[] types = text.parameterTypes();
    for (int i = 0; i < Math.min(count, MAX_VALUES); i++) {
      int format = formats.length == 1 ? formats[0] : i < formats.length ? formats[i] : 0;
      int type = i < types.length ? types[i] : 0;
      values.add(value(in, type, format == 1));
    }
  }

  @Override
  public boolean isExact() {
    List<Parameter> values = parameters();
    return values.size() < MAX_VALUES && values.stream().allMatch(Parameter::exact);
  }

  private static Parameter value(ByteBuffer in, int type, boolean binary) {
    int length = in.getInt();
    if (length < 0) {
      return new Parameter(type, Optional.empty(), true);
    }
    byte[] bytes = new byte[Math.min(length, MAX_LENGTH)];
    in.get(bytes);
    in.position(in.position() + length - bytes.length);
    boolean whole = bytes.length == length;
    if (!binary) {
      return new Parameter(type, Optional.of(new String(bytes, StandardCharsets.UTF_8)), whole);
    }
    Optional<String> decoded = whole ? BinaryValues.text(type, bytes) : Optional.empty();
    return new Parameter(
        type, Optional.of(decoded.orElseGet(() -> BinaryValues.hex(bytes))), decoded.isPresent());
  }

  @Override
  public String toString() {
    return "a bound call of " + frame.length + " bytes";
  }
}
