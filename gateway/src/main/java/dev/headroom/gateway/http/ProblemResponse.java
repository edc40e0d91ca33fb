package dev.headroom.gateway.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A response of the gateway itself, as {@code application/problem+json} (RFC 9457). */
public final class ProblemResponse {
  private static final Map<Integer, String> REASONS =
      Map.ofEntries(
          Map.entry(400, "Bad Request"),
          Map.entry(404, "Not Found"),
          Map.entry(408, "Request Timeout"),
          Map.entry(414, "URI Too Long"),
          Map.entry(417, "Expectation Failed"),
          Map.entry(308, "Permanent Redirect"),
          Map.entry(429, "Too Many Requests"),
          Map.entry(431, "Request Header Fields Too Large"),
          Map.entry(501, "Not Implemented"),
          Map.entry(502, "Bad Gateway"),
          Map.entry(503, "Service Unavailable"),
          Map.entry(504, "Gateway Timeout"),
          Map.entry(505, "HTTP Version Not Supported"));

  private ProblemResponse() {}

  /**
   * Writes head and body.
   *
   * @param detail plain words without quotes or line breaks
   * @param withBody false in answer to HEAD
   * @param added further field lines
   * @return the bytes of the body
   */
  public static int write(
      ByteBuf out,
      int status,
      String detail,
      boolean withBody,
      boolean close,
      boolean http10,
      AddedFields added) {
    String title = REASONS.getOrDefault(status, "Error");
    byte[] body =
        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n"
            .formatted(title, status, detail)
            .getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(200);
    head.append("HTTP/1.1 ").append(status).append(' ').append(title).append("\r\n");
    head.append("Content-Type: application/problem+json\r\n");
    head.append("Content-Length: ").append(body.length).append("\r\n");
    head.append("Cache-Control: no-store\r\n");
    if (status == 503) {
      head.append("Retry-After: 1\r\n");
    }
    if (close) {
      head.append("Connection: close\r\n");
    } else if (http10) {
      head.append("Connection: keep-alive\r\n");
    }
    out.writeBytes(Ascii.bytes(head.toString()));
    added.writeTo(out);
    out.writeByte('\r').writeByte('\n');
    if (!withBody) {
      return 0;
    }
    out.writeBytes(body);
    return body.length;
  }
}
