package dev.headroom.gateway.http;

/**
 * The request target: RFC 9112, section 3.2. Origin-form, absolute-form of http, and {@code *} for
 * OPTIONS.
 *
 * <p>A path that two servers may read differently is refused, since services are chosen by path:
 * dot segments (also percent-encoded), backslashes, NUL, broken percent-encodings.
 */
final class Target {
  private int pathFrom;
  private int pathTo;
  private int to;
  private int authorityFrom;
  private int authorityTo;

  /** Reads the target between {@code from} and {@code to}. */
  void parse(byte[] bytes, int from, int to, boolean options) throws Refusal {
    if (to - from > HeadBytes.MAX_TARGET) {
      throw new Refusal(414, "a target over " + HeadBytes.MAX_TARGET + " bytes");
    }
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b <= 0x20 || b == 0x7f || b == '#') {
        throw Refusal.bad("a byte in the target that no target has");
      }
    }
    this.to = to;
    authorityFrom = -1;
    authorityTo = -1;
    pathFrom = from;
    if (to - from == 1 && bytes[from] == '*') {
      if (!options) {
        throw Refusal.bad("target * of a method other than OPTIONS");
      }
      pathTo = to;
      return;
    }
    if (bytes[from] != '/') {
      readAuthority(bytes, from, to);
    }
    pathTo = pathFrom;
    while (pathTo < to && bytes[pathTo] != '?') {
      pathTo++;
    }
    checkPath(bytes);
  }

  private void readAuthority(byte[] bytes, int from, int to) throws Refusal {
    if (to - from < 8 || !Ascii.same(bytes, from, from + 7, "http://")) {
      throw Refusal.bad("a target that is neither a path nor an http URI");
    }
    authorityFrom = from + 7;
    authorityTo = authorityFrom;
    while (authorityTo < to && bytes[authorityTo] != '/' && bytes[authorityTo] != '?') {
      authorityTo++;
    }
    checkAuthority(bytes, authorityFrom, authorityTo);
    pathFrom = authorityTo;
  }

  /** A host and perhaps a port, without user information: RFC 9110, section 7.2. */
  static void checkAuthority(byte[] bytes, int from, int to) throws Refusal {
    int i = from;
    if (i < to && bytes[i] == '[') {
      i++;
      int start = i;
      while (i < to && (Ascii.hex(bytes[i]) >= 0 || bytes[i] == ':' || bytes[i] == '.')) {
        i++;
      }
      if (i == start || i == to || bytes[i] != ']') {
        throw Refusal.bad("a host that is not valid");
      }
      i++;
    } else {
      while (i < to && Ascii.isHost(bytes[i])) {
        i++;
      }
    }
    if (i == from) {
      throw Refusal.bad("an empty host");
    }
    if (i < to) {
      if (bytes[i] != ':' || to - i > 6) {
        throw Refusal.bad("a host that is not valid");
      }
      for (i++; i < to; i++) {
        if (!Ascii.isDigit(bytes[i])) {
          throw Refusal.bad("a host that is not valid");
        }
      }
    }
  }

  /* Looks at each segment with its percent-encodings undone; %2F does not end a segment for most
   * servers, but for some it does, so dots beside it count as a dot segment too. */
  private void checkPath(byte[] bytes) throws Refusal {
    int dots = 0;
    boolean onlyDots = true;
    int i = pathFrom;
    while (i < pathTo) {
      int c = bytes[i];
      int width = 1;
      if (c == '%') {
        int high = i + 2 < pathTo ? Ascii.hex(bytes[i + 1]) : -1;
        int low = i + 2 < pathTo ? Ascii.hex(bytes[i + 2]) : -1;
        if (high < 0 || low < 0) {
          throw Refusal.bad("a broken percent-encoding in the path");
        }
        c = high << 4 | low;
        width = 3;
      }
      if (c == 0 || (c == '\\' && width == 1)) {
        throw Refusal.bad("a NUL or a backslash in the path");
      }
      if (c == '/' || c == '\\') {
        checkSegment(dots, onlyDots);
        dots = 0;
        onlyDots = true;
      } else if (c == '.') {
        dots++;
      } else {
        onlyDots = false;
      }
      i += width;
    }
    checkSegment(dots, onlyDots);
  }

  private static void checkSegment(int dots, boolean onlyDots) throws Refusal {
    if (onlyDots && (dots == 1 || dots == 2)) {
      throw Refusal.bad("a dot segment in the path");
    }
  }

  boolean hasAuthority() {
    return authorityFrom >= 0;
  }

  int authorityFrom() {
    return authorityFrom;
  }

  int authorityTo() {
    return authorityTo;
  }

  int pathFrom() {
    return pathFrom;
  }

  /** Of the path, without the query. */
  int pathTo() {
    return pathTo;
  }

  /** Of the target. */
  int to() {
    return to;
  }
}
