package dev.headroom.gateway.http;

/** How the end of a body is known: RFC 9112, section 6.3. */
public enum Framing {
  /** There is no body. */
  NONE,
  /** After so many bytes. */
  LENGTH,
  /** The last chunk says so. */
  CHUNKED,
  /** The sender closes the connection; responses only. */
  UNTIL_CLOSE
}
