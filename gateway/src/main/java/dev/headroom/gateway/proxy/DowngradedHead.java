package dev.headroom.gateway.proxy;

import dev.headroom.gateway.http.AddedFields;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The head of an HTTP/2 request as HTTP/1.1 writes it, so that the one strict parser judges both.
 * Here is refused what could mean something else once it is written so: RFC 9113, sections 8.2 and
 * 8.3.
 */
final class DowngradedHead {
  private static final Charset ISO = StandardCharsets.ISO_8859_1;

  /** Of HTTP/1.1's framing and connections: RFC 9113, section 8.2.2. */
  private static final Set<String> OF_CONNECTIONS =
      Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

  private final ByteBuf out;
  private @Nullable CharSequence method;
  private @Nullable CharSequence path;
  private @Nullable CharSequence authority;
  private @Nullable CharSequence host;
  private boolean scheme;
  private boolean regular;
  private boolean length;
  private @Nullable StringBuilder cookies;

  private DowngradedHead(ByteBuf out) {
    this.out = out;
  }

  /** A request that is malformed: its stream is reset, RFC 9113, section 8.1.1. */
  static final class Malformed extends Exception {
    Malformed(String detail) {
      super(detail, null, false, false);
    }
  }

  /**
   * Writes it.
   *
   * @param bodiless whether the stream ends with the head
   */
  static void write(Http2Headers headers, boolean bodiless, ByteBuf out) throws Malformed {
    new DowngradedHead(out).write(headers, bodiless);
  }

  private void write(Http2Headers headers, boolean bodiless) throws Malformed {
    readPseudoFields(headers);
    out.writeCharSequence(text(method, "no :method"), ISO);
    out.writeByte(' ');
    out.writeCharSequence(text(path, "no :path"), ISO);
    AddedFields.write(out, " HTTP/1.1\r\n");
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      CharSequence name = field.getKey();
      if (name.charAt(0) != ':') {
        regularField(name, field.getValue());
      }
    }
    CharSequence named = authority;
    if (named != null) {
      if (host != null && !named.toString().equalsIgnoreCase(host.toString())) {
        throw new Malformed("host differs from :authority");
      }
      field("host", named);
    } else if (host != null) {
      field("host", host);
    }
    if (cookies != null) {
      field("cookie", cookies); // RFC 9113, section 8.2.3.
    }
    if (!bodiless && !length) {
      AddedFields.write(out, "transfer-encoding: chunked\r\n");
    }
    out.writeByte('\r').writeByte('\n');
  }

  private void readPseudoFields(Http2Headers headers) throws Malformed {
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      CharSequence name = field.getKey();
      if (name.isEmpty()) {
        throw new Malformed("a field without a name");
      }
      if (name.charAt(0) != ':') {
        regular = true;
        continue;
      }
      if (regular) {
        throw new Malformed("a pseudo-field after others");
      }
      CharSequence value = field.getValue();
      switch (name.toString()) {
        case ":method" -> method = once(method, value);
        case ":path" -> path = once(path, value);
        case ":authority" -> authority = once(authority, value);
        case ":scheme" -> {
          boolean known = same(value, "http") || same(value, "https");
          if (scheme || !known) {
            throw new Malformed(":scheme twice, or other than http and https");
          }
          scheme = true;
        }
        default -> throw new Malformed("a pseudo-field that no request has");
      }
    }
    if (!scheme) {
      throw new Malformed("no :scheme");
    }
    CharSequence target = path;
    if (target != null && target.charAt(0) != '/' && !same(target, "*")) {
      throw new Malformed(":path that is no path");
    }
  }

  private static CharSequence once(@Nullable CharSequence before, CharSequence value)
      throws Malformed {
    if (before != null || value.isEmpty()) {
      throw new Malformed("a pseudo-field twice, or empty");
    }
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) <= ' ' || value.charAt(i) == 0x7f) {
        throw new Malformed("a blank or control byte in a pseudo-field");
      }
    }
    return value;
  }

  private void regularField(CharSequence name, CharSequence value) throws Malformed {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == ':' || (c >= 'A' && c <= 'Z')) {
        throw new Malformed("a byte that no field name has");
      }
    }
    String lower = name.toString();
    if (OF_CONNECTIONS.contains(lower) || (lower.equals("te") && !same(value, "trailers"))) {
      throw new Malformed("a field of HTTP/1.1 connections");
    }
    switch (lower) {
      case "host" -> {
        if (host != null) {
          throw new Malformed("host twice");
        }
        checkValue(value);
        host = value;
      }
      case "cookie" -> {
        checkValue(value);
        cookies = cookies == null ? new StringBuilder() : cookies.append("; ");
        cookies.append(value);
      }
      case "content-length" -> {
        length = true;
        field(lower, value);
      }
      default -> field(lower, value);
    }
  }

  private void field(String name, CharSequence value) throws Malformed {
    checkValue(value);
    AddedFields.write(out, name);
    out.writeByte(':').writeByte(' ');
    out.writeCharSequence(value, ISO);
    out.writeByte('\r').writeByte('\n');
  }

  /* A line break would begin another field, or another request. */
  private static void checkValue(CharSequence value) throws Malformed {
    int length = value.length();
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c == '\r' || c == '\n' || c == 0) {
        throw new Malformed("a line break or NUL in a field value");
      }
    }
  }

  private static CharSequence text(@Nullable CharSequence value, String otherwise)
      throws Malformed {
    if (value == null) {
      throw new Malformed(otherwise);
    }
    return value;
  }

  private static boolean same(CharSequence value, String lower) {
    return lower.contentEquals(value);
  }
}
