package dev.headroom.gateway.http;

import java.nio.charset.StandardCharsets;

/** Character classes of RFC 9110 and comparisons over bytes. */
final class Ascii {
  private static final boolean[] TOKEN = new boolean[256];
  private static final boolean[] HOST = new boolean[256];

  static {
    for (char c = 'a'; c <= 'z'; c++) {
      TOKEN[c] = true;
      TOKEN[c - 32] = true;
      HOST[c] = true;
      HOST[c - 32] = true;
    }
    for (char c = '0'; c <= '9'; c++) {
      TOKEN[c] = true;
      HOST[c] = true;
    }
    for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
      TOKEN[c] = true;
    }
    // reg-name and IP-literal of RFC 3986, section 3.2.2; ':' is looked at by the caller.
    for (char c : "-._~%!$&'()*+;=".toCharArray()) {
      HOST[c] = true;
    }
  }

  private Ascii() {}

  /** RFC 9110, section 5.6.2. */
  static boolean isToken(byte b) {
    return TOKEN[b & 0xff];
  }

  static boolean isHost(byte b) {
    return HOST[b & 0xff];
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** A visible character, SP, HTAB or obs-text: RFC 9110, section 5.5. */
  static boolean isFieldByte(byte b) {
    return b < 0 || (b >= 0x20 && b != 0x7f) || b == '\t';
  }

  static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  /** Value of a hexadecimal digit, or -1. */
  static int hex(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int lower = b | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  static byte lower(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
  }

  /** Are the bytes {@code lower}, without regard to case? */
  static boolean same(byte[] bytes, int from, int to, String lower) {
    if (to - from != lower.length()) {
      return false;
    }
    for (int i = 0; i < lower.length(); i++) {
      if (lower(bytes[from + i]) != lower.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Are two ranges equal without regard to case? */
  static boolean same(byte[] bytes, int from, int to, int otherFrom, int otherTo) {
    if (to - from != otherTo - otherFrom) {
      return false;
    }
    for (int i = 0; i < to - from; i++) {
      if (lower(bytes[from + i]) != lower(bytes[otherFrom + i])) {
        return false;
      }
    }
    return true;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @SuppressWarnings("deprecation") // The only constructor that neither decodes nor copies twice.
  static String text(byte[] bytes, int from, int to) {
    return new String(bytes, 0, from, to - from);
  }
}
