package dev.headroom.demo.traffic.http;

import java.nio.charset.StandardCharsets;

/** One request to the only host that there is. */
public final class HttpRequest {
  private static final byte[] NONE = {};

  private final String method;
  private final String target;
  private final String fields;
  private final byte[] body;
  private final boolean bodyKept;

  private HttpRequest(String method, String target, String fields, byte[] body, boolean bodyKept) {
    this.method = method;
    this.target = target;
    this.fields = fields;
    this.body = body;
    this.bodyKept = bodyKept;
  }

  /** A request without a body; {@code target} is sent as it is, so it must be encoded already. */
  public static HttpRequest of(String method, String target) {
    return new HttpRequest(method, target, "", NONE, true);
  }

  public HttpRequest withJson(String json) {
    return withBody("application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  public HttpRequest withBody(String mediaType, byte[] content) {
    return new HttpRequest(
        method, target, fields + "Content-Type: " + mediaType + "\r\n", content, bodyKept);
  }

  public HttpRequest withField(String name, String value) {
    return new HttpRequest(method, target, fields + name + ": " + value + "\r\n", body, bodyKept);
  }

  public HttpRequest withBearer(String token) {
    return withField("Authorization", "Bearer " + token);
  }

  /** Nobody will look at the answer's content, so it is read and dropped. */
  public HttpRequest answerDropped() {
    return new HttpRequest(method, target, fields, body, false);
  }

  boolean bodyKept() {
    return bodyKept;
  }

  /** Whether sending it twice does what sending it once does (RFC 9110, section 9.2.2). */
  boolean idempotent() {
    return switch (method) {
      case "GET", "PUT", "DELETE" -> true;
      default -> false;
    };
  }

  /** The octets on the wire; head and body are one array so that they leave in one segment. */
  byte[] encode(String host) {
    StringBuilder head =
        new StringBuilder(160 + fields.length())
            .append(method)
            .append(' ')
            .append(target)
            .append(" HTTP/1.1\r\nHost: ")
            .append(host)
            .append("\r\nUser-Agent: headroom-traffic\r\nAccept: */*\r\n")
            .append(fields);
    if (body.length > 0 || !method.equals("GET")) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    if (body.length == 0) {
      return start;
    }
    byte[] whole = new byte[start.length + body.length];
    System.arraycopy(start, 0, whole, 0, start.length);
    System.arraycopy(body, 0, whole, start.length, body.length);
    return whole;
  }

  @Override
  public String toString() {
    return method + " " + target;
  }
}
