package dev.headroom.gateway.identity;

import dev.headroom.gateway.http.RequestHead;

/** Looks into the {@code Cookie} field: RFC 6265, section 4.2.1. */
public final class Cookies {
  private Cookies() {}

  /**
   * Where the value of the cookie lies in the head's bytes.
   *
   * @return start in the upper half and end in the lower; -1 when there is none
   */
  public static long find(RequestHead head, String name) {
    long at = head.only("cookie");
    if (at < 0) {
      return -1;
    }
    byte[] bytes = head.bytes();
    int i = (int) (at >>> 32);
    int end = (int) at;
    while (i < end) {
      while (i < end && (bytes[i] == ' ' || bytes[i] == ';')) {
        i++;
      }
      int pair = i;
      while (i < end && bytes[i] != ';') {
        i++;
      }
      int value = pair + name.length() + 1;
      if (value <= i && bytes[value - 1] == '=' && startsWith(bytes, pair, name)) {
        return (long) value << 32 | i;
      }
    }
    return -1;
  }

  private static boolean startsWith(byte[] bytes, int from, String name) {
    for (int i = 0; i < name.length(); i++) {
      if (bytes[from + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
