package dev.headroom.gateway.http;

/**
 * A path, or a path and {@code /**} for everything at and below it.
 *
 * @param prefix what stands before the stars
 * @param below whether what is below matches too
 */
public record PathPattern(String prefix, boolean below) implements Comparable<PathPattern> {
  public static final PathPattern ALL = new PathPattern("", true);

  /** Reads a pattern that {@code spec} has accepted. */
  public static PathPattern of(String pattern) {
    boolean below = pattern.endsWith("**");
    String prefix = below ? pattern.substring(0, pattern.length() - 2) : pattern;
    return new PathPattern(
        below && prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix, below);
  }

  public boolean matches(String path) {
    if (!path.startsWith(prefix)) {
      return false;
    }
    return path.length() == prefix.length() || (below && path.charAt(prefix.length()) == '/');
  }

  /** The more exact one first. */
  @Override
  public int compareTo(PathPattern other) {
    int exact = Boolean.compare(below, other.below);
    int longer = Integer.compare(other.prefix.length(), prefix.length());
    return exact != 0 ? exact : longer != 0 ? longer : prefix.compareTo(other.prefix);
  }

  /**
   * The path as most servers read it: percent-encoded unreserved characters decoded, double slashes
   * collapsed, parameters of segments left out. A limit must not be got round by another spelling.
   */
  public static String canonical(String path) {
    if (path.indexOf('%') < 0 && path.indexOf(';') < 0 && !path.contains("//")) {
      return path;
    }
    StringBuilder plain = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%' && i + 2 < path.length()) {
        int value =
            Ascii.hex((byte) path.charAt(i + 1)) << 4 | Ascii.hex((byte) path.charAt(i + 2));
        if (value > 0 && isUnreserved((char) value)) {
          c = (char) value;
          i += 2;
        }
      }
      if (c == ';') {
        while (i + 1 < path.length() && path.charAt(i + 1) != '/') {
          i++;
        }
      } else if (c != '/' || plain.isEmpty() || plain.charAt(plain.length() - 1) != '/') {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  /* RFC 3986, section 2.3. */
  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }
}
