package dev.headroom.gateway.http;

import java.util.Arrays;

/** The field names that a gateway acts upon; every other one is {@link #OTHER}. */
enum FieldName {
  OTHER("", Hop.END_TO_END),

  HOST("host", Hop.END_TO_END),
  CONTENT_LENGTH("content-length", Hop.END_TO_END),
  EXPECT("expect", Hop.END_TO_END),

  // RFC 9110, section 7.6.1, and what older agents treat alike.
  CONNECTION("connection", Hop.BY_HOP),
  KEEP_ALIVE("keep-alive", Hop.BY_HOP),
  PROXY_CONNECTION("proxy-connection", Hop.BY_HOP),
  TE("te", Hop.BY_HOP),
  TRANSFER_ENCODING("transfer-encoding", Hop.BY_HOP),
  UPGRADE("upgrade", Hop.BY_HOP),
  HTTP2_SETTINGS("http2-settings", Hop.BY_HOP),

  TRACEPARENT("traceparent", Hop.END_TO_END),
  TRACESTATE("tracestate", Hop.END_TO_END),

  // Statements about the client: never forwarded, and read only when a trusted proxy makes them.
  FORWARDED("forwarded", Hop.CLAIM),
  X_FORWARDED_FOR("x-forwarded-for", Hop.CLAIM),
  X_FORWARDED_HOST("x-forwarded-host", Hop.CLAIM),
  X_FORWARDED_PORT("x-forwarded-port", Hop.CLAIM),
  X_FORWARDED_PROTO("x-forwarded-proto", Hop.CLAIM),
  X_REAL_IP("x-real-ip", Hop.CLAIM),

  // Servers in the CGI tradition read these as the ones with a hyphen.
  CONTENT_LENGTH_UNDERSCORED("content_length", Hop.END_TO_END),
  TRANSFER_ENCODING_UNDERSCORED("transfer_encoding", Hop.END_TO_END),

  // Never believed in a trailer: RFC 9110, section 6.5.1.
  AUTHORIZATION("authorization", Hop.END_TO_END),
  CACHE_CONTROL("cache-control", Hop.END_TO_END),
  CONTENT_ENCODING("content-encoding", Hop.END_TO_END),
  CONTENT_RANGE("content-range", Hop.END_TO_END),
  CONTENT_TYPE("content-type", Hop.END_TO_END),
  COOKIE("cookie", Hop.END_TO_END),
  SET_COOKIE("set-cookie", Hop.END_TO_END),
  TRAILER("trailer", Hop.END_TO_END);

  private static final FieldName[][] BY_LENGTH = byLength();

  private final String lower;
  private final Hop hop;

  FieldName(String lower, Hop hop) {
    this.lower = lower;
    this.hop = hop;
  }

  /** Ends at this connection. */
  boolean isHopByHop() {
    return hop == Hop.BY_HOP;
  }

  /** What a client says about itself in the manner of a proxy. */
  boolean isClaim() {
    return hop == Hop.CLAIM;
  }

  static FieldName of(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length < BY_LENGTH.length) {
      for (FieldName name : BY_LENGTH[length]) {
        if (Ascii.same(bytes, from, to, name.lower)) {
          return name;
        }
      }
    }
    return OTHER;
  }

  private static FieldName[][] byLength() {
    int longest = 0;
    for (FieldName name : values()) {
      longest = Math.max(longest, name.lower.length());
    }
    FieldName[][] table = new FieldName[longest + 1][];
    for (int length = 0; length <= longest; length++) {
      int wanted = length;
      table[length] =
          Arrays.stream(values())
              .filter(name -> name != OTHER && name.lower.length() == wanted)
              .toArray(FieldName[]::new);
    }
    return table;
  }

  private enum Hop {
    END_TO_END,
    BY_HOP,
    CLAIM
  }
}
