package dev.headroom.gateway.http;

import io.netty.buffer.ByteBuf;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Request line and fields of one request. Fed with bytes until it is whole and valid, then asked,
 * then written for the upstream; reused for the next request of the connection.
 *
 * <p>Everything that two parsers could understand differently is refused, not repaired.
 */
public final class RequestHead {
  private static final byte[] HTTP_1_1 = Ascii.bytes(" HTTP/1.1\r\n");
  private static final byte[] CHUNKED = Ascii.bytes("Transfer-Encoding: chunked\r\n");
  private static final byte[] UPGRADE =
      Ascii.bytes("Connection: Upgrade\r\nUpgrade: websocket\r\n");
  private static final int MAX_METHOD = 32;

  private final HeadBytes head = new HeadBytes(HeadBytes.Kind.REQUEST);
  private final Fields fields = new Fields(head);
  private final ConnectionOptions options = new ConnectionOptions(head, fields);
  private final Target target = new Target();
  private int methodFrom;
  private int methodTo;
  private boolean http10;
  private boolean hasHost;
  private Framing framing = Framing.NONE;
  private long contentLength;
  private boolean expectContinue;
  private boolean webSocket;
  private boolean whole;

  /** Ready for the next request of the connection. */
  public void reset() {
    head.reset();
    whole = false;
  }

  /** Has nothing of a request arrived yet? */
  public boolean isEmpty() {
    return head.isEmpty();
  }

  /** Has the head been read to its end and found valid? Until then only {@link #feed} works. */
  public boolean isWhole() {
    return whole;
  }

  /**
   * Takes the bytes of the head from {@code in}, and none of the body.
   *
   * @return whether the head is whole
   * @throws Refusal when it is not valid, or asks for what the gateway does not do
   */
  public boolean feed(ByteBuf in) throws Refusal {
    if (!head.feed(in)) {
      return false;
    }
    parseRequestLine();
    fields.parse(1);
    options.read(true);
    checkNames();
    checkHost();
    readFraming();
    readExpect();
    readUpgrade();
    whole = true;
    return true;
  }

  /** The same request for one that outlives this one. */
  public RequestHead copy() {
    RequestHead copy = new RequestHead();
    try {
      boolean copied = copy.feed(head.whole());
      if (!copied) {
        throw new IllegalStateException("a copy of half a head");
      }
    } catch (Refusal refusal) {
      throw new IllegalStateException("this head was valid: " + refusal.detail(), refusal);
    }
    return copy;
  }

  private void parseRequestLine() throws Refusal {
    byte[] bytes = head.bytes;
    int from = head.start(0);
    int end = head.end(0);
    int i = from;
    while (i < end && Ascii.isToken(bytes[i])) {
      i++;
    }
    if (i == from || i == end || bytes[i] != ' ') {
      throw Refusal.bad("a request line that does not start with a method and a space");
    }
    if (i - from > MAX_METHOD) {
      throw new Refusal(501, "a method over " + MAX_METHOD + " bytes");
    }
    methodFrom = from;
    methodTo = i;
    int targetFrom = i + 1;
    int targetTo = targetFrom;
    while (targetTo < end && bytes[targetTo] != ' ') {
      targetTo++;
    }
    if (targetTo == targetFrom || targetTo == end) {
      throw Refusal.bad("a request line without target or version");
    }
    parseVersion(targetTo + 1, end);
    if (methodIs("CONNECT") || methodIs("TRACE")) {
      throw new Refusal(501, "a method that the gateway does not forward");
    }
    target.parse(bytes, targetFrom, targetTo, methodIs("OPTIONS"));
  }

  private void parseVersion(int from, int end) throws Refusal {
    byte[] b = head.bytes;
    boolean version =
        end - from == 8
            && b[from] == 'H'
            && b[from + 1] == 'T'
            && b[from + 2] == 'T'
            && b[from + 3] == 'P'
            && b[from + 4] == '/'
            && Ascii.isDigit(b[from + 5])
            && b[from + 6] == '.'
            && Ascii.isDigit(b[from + 7]);
    if (!version) {
      throw Refusal.bad("a request line that does not end with a version");
    }
    if (b[from + 5] != '1' || b[from + 7] > '1') {
      throw new Refusal(505, "a version other than HTTP/1.0 and HTTP/1.1");
    }
    http10 = b[from + 7] == '0';
  }

  private void checkNames() throws Refusal {
    for (int i = 0; i < fields.count(); i++) {
      FieldName name = fields.name(i);
      if (name == FieldName.CONTENT_LENGTH_UNDERSCORED
          || name == FieldName.TRANSFER_ENCODING_UNDERSCORED) {
        throw Refusal.bad("a framing field spelt with an underscore");
      }
      if (name.isClaim()) {
        fields.drop(i);
      }
    }
  }

  /* RFC 9112, section 3.2. */
  private void checkHost() throws Refusal {
    int host = -1;
    for (int i = 0; i < fields.count(); i++) {
      if (fields.name(i) == FieldName.HOST) {
        if (host >= 0) {
          throw Refusal.bad("Host given twice");
        }
        host = i;
      }
    }
    hasHost = host >= 0;
    if (hasHost) {
      Target.checkAuthority(head.bytes, fields.valueStart(host), fields.valueEnd(host));
      if (target.hasAuthority()
          && !Ascii.same(
              head.bytes,
              fields.valueStart(host),
              fields.valueEnd(host),
              target.authorityFrom(),
              target.authorityTo())) {
        throw Refusal.bad("Host differs from the target");
      }
    } else if (!http10) {
      throw Refusal.bad("no Host");
    }
  }

  /* RFC 9112, section 6; both fields together are an attack or a mistake, whoever is right. */
  private void readFraming() throws Refusal {
    contentLength = fields.contentLength();
    boolean chunked = fields.isChunked();
    if (chunked && contentLength >= 0) {
      throw Refusal.bad("Content-Length together with Transfer-Encoding");
    }
    if (chunked && http10) {
      throw Refusal.bad("Transfer-Encoding in HTTP/1.0");
    }
    if (chunked) {
      framing = Framing.CHUNKED;
    } else {
      framing = contentLength > 0 ? Framing.LENGTH : Framing.NONE;
    }
  }

  private void readExpect() throws Refusal {
    expectContinue = false;
    for (int i = 0; i < fields.count(); i++) {
      if (fields.name(i) == FieldName.EXPECT) {
        if (!fields.valueIs(i, "100-continue")) {
          throw new Refusal(417, "an expectation other than 100-continue");
        }
        // RFC 9110, section 10.1.1: not for HTTP/1.0, and pointless without a body.
        if (http10 || framing == Framing.NONE || expectContinue) {
          fields.drop(i);
        } else {
          expectContinue = true;
        }
      }
    }
  }

  /* Only WebSocket passes: an upgrade to h2c would hide further requests from the gateway. */
  private void readUpgrade() {
    webSocket = false;
    if (!options.upgrade() || http10 || framing != Framing.NONE || !methodIs("GET")) {
      return;
    }
    for (int i = 0; i < fields.count(); i++) {
      if (fields.name(i) == FieldName.UPGRADE && fields.valueIs(i, "websocket")) {
        webSocket = true;
      }
    }
  }

  private boolean methodIs(String method) {
    byte[] bytes = head.bytes;
    if (methodTo - methodFrom != method.length()) {
      return false;
    }
    for (int i = 0; i < method.length(); i++) {
      if (bytes[methodFrom + i] != method.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  public String method() {
    int length = methodTo - methodFrom;
    return switch (head.bytes[methodFrom]) {
      case 'G' -> methodIs("GET") ? "GET" : methodText();
      case 'H' -> methodIs("HEAD") ? "HEAD" : methodText();
      case 'P' -> length == 4 && methodIs("POST") ? "POST" : methodText();
      default -> methodText();
    };
  }

  private String methodText() {
    return Ascii.text(head.bytes, methodFrom, methodTo);
  }

  public boolean isHead() {
    return methodIs("HEAD");
  }

  /** Asking twice is as good as once: RFC 9110, section 9.2.2. */
  public boolean isIdempotent() {
    return methodIs("GET")
        || methodIs("HEAD")
        || methodIs("OPTIONS")
        || methodIs("PUT")
        || methodIs("DELETE");
  }

  /** As sent, without the query. */
  public String path() {
    return target.pathFrom() == target.pathTo()
        ? "/"
        : Ascii.text(head.bytes, target.pathFrom(), target.pathTo());
  }

  /** Asks about the server and no resource of it: RFC 9110, section 9.3.7. */
  public boolean isForServer() {
    boolean asterisk = target.to() - target.pathFrom() == 1 && head.bytes[target.pathFrom()] == '*';
    boolean noPath = target.hasAuthority() && target.pathFrom() == target.to();
    return asterisk || (noPath && methodIs("OPTIONS"));
  }

  /** As sent, with the query. */
  public String target() {
    String whole = Ascii.text(head.bytes, target.pathFrom(), target.to());
    return target.pathFrom() == target.pathTo() ? "/" + whole : whole;
  }

  /** The host asked for, in lower case; empty when the request names none. */
  public String host() {
    int host = fields.find("host", 0);
    if (host >= 0) {
      return fields.value(host).toLowerCase(Locale.ROOT);
    }
    return target.hasAuthority() ? authority().toLowerCase(Locale.ROOT) : "";
  }

  public boolean isGet() {
    return methodIs("GET");
  }

  /** Does not mean to change anything: RFC 9110, section 9.2.1. */
  public boolean isSafe() {
    return methodIs("GET") || methodIs("HEAD") || methodIs("OPTIONS");
  }

  /** All values of the field as one list; null when there is none. */
  public @Nullable String field(String lower) {
    return fields.combined(lower);
  }

  public boolean hasField(String lower) {
    return fields.find(lower, 0) >= 0;
  }

  /** The field is not forwarded. */
  public void drop(String lower) {
    fields.dropNamed(lower);
  }

  /**
   * Where the only value of a field lies in {@link #bytes}.
   *
   * @return start in the upper half and end in the lower; -1 when there is none, or more than one
   */
  public long only(String lower) {
    int found = fields.find(lower, 0);
    if (found < 0 || fields.find(lower, found + 1) >= 0) {
      return -1;
    }
    return (long) fields.valueStart(found) << 32 | fields.valueEnd(found);
  }

  /** The bytes of the head, until the next {@link #reset}; only to read. */
  public byte[] bytes() {
    return head.bytes;
  }

  public boolean isHttp10() {
    return http10;
  }

  public Framing framing() {
    return framing;
  }

  /** For {@link Framing#LENGTH}. */
  public long contentLength() {
    return contentLength;
  }

  /** The client waits for a 100 before it sends the body. */
  public boolean expectsContinue() {
    return expectContinue;
  }

  /** Asks for a WebSocket: RFC 6455, section 4.1. */
  public boolean asksForWebSocket() {
    return webSocket;
  }

  /** The client will send further requests on this connection: RFC 9112, section 9.3. */
  public boolean isKeepAlive() {
    return !options.close() && (!http10 || options.keepAlive());
  }

  /** The only {@code traceparent}; null when there is none or more than one. */
  public @Nullable String traceparent() {
    int found = -1;
    for (int i = 0; i < fields.count(); i++) {
      if (fields.name(i) == FieldName.TRACEPARENT) {
        if (found >= 0) {
          return null;
        }
        found = i;
      }
    }
    return found < 0 ? null : fields.value(found);
  }

  /**
   * Writes the head as the upstream gets it: origin-form, HTTP/1.1, without what ends here.
   *
   * @param defaultHost for an HTTP/1.0 request that names no host
   * @param added further field lines, each with its CRLF
   * @param conditions field lines that ask whether a stored response still holds
   * @param traceparent of the gateway's own span
   * @param continued whether the trace is the client's, so that its {@code tracestate} still holds
   */
  public void writeTo(
      ByteBuf out,
      String defaultHost,
      byte[] added,
      String conditions,
      String traceparent,
      boolean continued) {
    byte[] bytes = head.bytes;
    fields.dropAll(FieldName.TRACEPARENT);
    if (!continued) {
      fields.dropAll(FieldName.TRACESTATE);
    }
    out.writeBytes(bytes, methodFrom, methodTo - methodFrom).writeByte(' ');
    writeTarget(out);
    out.writeBytes(HTTP_1_1);
    fields.writeKept(out);
    if (!hasHost) {
      writeField(out, "Host: ", target.hasAuthority() ? authority() : defaultHost);
    }
    if (framing == Framing.CHUNKED) {
      out.writeBytes(CHUNKED);
    }
    if (webSocket) {
      out.writeBytes(UPGRADE);
    }
    out.writeBytes(added);
    if (!conditions.isEmpty()) {
      out.writeBytes(Ascii.bytes(conditions));
    }
    writeField(out, "traceparent: ", traceparent);
    out.writeByte('\r').writeByte('\n');
  }

  private void writeTarget(ByteBuf out) {
    int from = target.pathFrom();
    if (target.hasAuthority() && from == target.to() && methodIs("OPTIONS")) {
      out.writeByte('*'); // RFC 9112, section 3.2.4.
      return;
    }
    if (from == target.pathTo()) {
      out.writeByte('/');
    }
    out.writeBytes(head.bytes, from, target.to() - from);
  }

  private String authority() {
    return Ascii.text(head.bytes, target.authorityFrom(), target.authorityTo());
  }

  private static void writeField(ByteBuf out, String name, String value) {
    AddedFields.write(out, name);
    AddedFields.write(out, value);
    out.writeByte('\r').writeByte('\n');
  }
}
