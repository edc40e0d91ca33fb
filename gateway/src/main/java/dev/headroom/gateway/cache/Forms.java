package dev.headroom.gateway.cache;

import dev.headroom.gateway.http.HttpField;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes representations: the bytes that later answers consist of. */
final class Forms {
  private static final ByteBufAllocator MEMORY = PooledByteBufAllocator.DEFAULT;

  /** Made anew for each answer, or true of one connection only. */
  private static final Set<String> LEFT_OUT =
      Set.of("age", "content-length", "transfer-encoding", "trailer", "content-encoding", "etag");

  /** RFC 9110, section 15.4.5. */
  private static final Set<String> OF_NOT_MODIFIED =
      Set.of("cache-control", "content-location", "date", "expires", "vary", "last-modified");

  private static final Map<Integer, String> REASONS =
      Map.ofEntries(
          Map.entry(200, "OK"),
          Map.entry(203, "Non-Authoritative Information"),
          Map.entry(300, "Multiple Choices"),
          Map.entry(301, "Moved Permanently"),
          Map.entry(302, "Found"),
          Map.entry(307, "Temporary Redirect"),
          Map.entry(308, "Permanent Redirect"),
          Map.entry(404, "Not Found"),
          Map.entry(405, "Method Not Allowed"),
          Map.entry(410, "Gone"),
          Map.entry(414, "URI Too Long"));

  private Forms() {}

  /**
   * One representation.
   *
   * @param encoding that was applied here; empty for the application's own form
   * @param body becomes the representation's
   */
  static Representation of(
      int status, List<HttpField> fields, String encoding, ByteBuf body, String etag) {
    StringBuilder head = new StringBuilder(512);
    head.append("HTTP/1.1 ").append(status).append(' ');
    head.append(REASONS.getOrDefault(status, "")).append("\r\n");
    StringBuilder notModified = new StringBuilder("HTTP/1.1 304 Not Modified\r\n");
    for (HttpField field : fields) {
      String name = field.name().toLowerCase(Locale.ROOT);
      boolean coding = name.equals("content-encoding") && encoding.isEmpty();
      if (!LEFT_OUT.contains(name) || coding) {
        line(head, field.name(), field.value());
      }
      if (OF_NOT_MODIFIED.contains(name)) {
        line(notModified, field.name(), field.value());
      }
    }
    if (!encoding.isEmpty()) {
      line(head, "Content-Encoding", encoding);
    }
    if (!etag.isEmpty()) {
      line(head, "ETag", etag);
      line(notModified, "ETag", etag);
    }
    line(head, "Content-Length", Integer.toString(body.readableBytes()));
    return new Representation(encoding, buffer(head), buffer(notModified), body, etag);
  }

  private static void line(StringBuilder out, String name, String value) {
    out.append(name).append(": ").append(value).append("\r\n");
  }

  private static ByteBuf buffer(StringBuilder text) {
    byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    return buffer(bytes);
  }

  static ByteBuf buffer(byte[] bytes) {
    return MEMORY.directBuffer(bytes.length, bytes.length).writeBytes(bytes);
  }

  /** A copy that takes no more memory than it needs. */
  static ByteBuf exact(ByteBuf content) {
    int length = content.readableBytes();
    return MEMORY.directBuffer(length, length).writeBytes(content, content.readerIndex(), length);
  }
}
