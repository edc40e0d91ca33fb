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
}
