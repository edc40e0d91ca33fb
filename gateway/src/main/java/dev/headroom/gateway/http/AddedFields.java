package dev.headroom.gateway.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Field lines that the gateway adds to a response, each with its CRLF. */
@FunctionalInterface
public interface AddedFields {
  AddedFields NONE = out -> {};

  void writeTo(ByteBuf out);

  /** Writes ASCII text. */
  static void write(ByteBuf out, CharSequence text) {
    out.writeCharSequence(text, StandardCharsets.US_ASCII);
  }

  /** Writes a number, not negative, in decimal. */
  static void write(ByteBuf out, long number) {
    long divisor = 1;
    while (number / divisor >= 10) {
      divisor *= 10;
    }
    for (long rest = number; divisor > 0; divisor /= 10) {
      out.writeByte((int) ('0' + rest / divisor));
      rest %= divisor;
    }
  }
}
