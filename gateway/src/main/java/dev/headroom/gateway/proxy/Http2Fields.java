package dev.headroom.gateway.proxy;

import dev.headroom.gateway.http.AddedFields;
import dev.headroom.gateway.http.HttpField;
import dev.headroom.gateway.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Heads of responses as HTTP/2 has them. */
final class Http2Fields {
  private static final AsciiString CONNECTION = AsciiString.cached("connection");

  private Http2Fields() {}

  /** Of a replica's response, with what the gateway adds. */
  static Http2Headers of(ResponseHead head, AddedFields added, ByteBufAllocator allocator) {
    Http2Headers headers = status(head.status());
    add(headers, head.fields());
    ByteBuf text = allocator.buffer(256);
    try {
      added.writeTo(text);
      addLines(headers, text);
    } finally {
      text.release();
    }
    return headers;
  }

  /** Of what follows the content. */
  static Http2Headers ofTrailers(List<HttpField> trailers) {
    Http2Headers headers = new DefaultHttp2Headers(false);
    add(headers, trailers);
    return headers;
  }

  /** Of a head that the gateway has written as HTTP/1.1 does; reads it up to its empty line. */
  static Http2Headers ofText(ByteBuf text) {
    String first = line(text);
    Http2Headers headers = status(Integer.parseInt(first.substring(9, 12)));
    addLines(headers, text);
    return headers;
  }

  private static Http2Headers status(int status) {
    Http2Headers headers = new DefaultHttp2Headers(false);
    headers.status(Integer.toString(status));
    return headers;
  }

  private static void add(Http2Headers headers, List<HttpField> fields) {
    for (HttpField field : fields) {
      headers.add(field.name().toLowerCase(Locale.ROOT), field.value());
    }
  }

  private static void addLines(Http2Headers headers, ByteBuf text) {
    while (text.isReadable()) {
      String line = line(text);
      if (line.isEmpty()) {
        return;
      }
      int colon = line.indexOf(':');
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      if (!CONNECTION.contentEquals(name)) {
        headers.add(name, line.substring(colon + 1).trim());
      }
    }
  }

  private static String line(ByteBuf text) {
    int length = text.bytesBefore((byte) '\r');
    String line = text.readCharSequence(length, StandardCharsets.ISO_8859_1).toString();
    text.skipBytes(2);
    return line;
  }
}
