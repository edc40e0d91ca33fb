package dev.headroom.sql;

/**
 * What is the same of statements that differ only in literals, parameters, comments, white space,
 * letter case and the lengths of IN and VALUES lists. A literal, {@code $1} as servers see it and
 * {@code ?} as drivers' spans have it are one.
 *
 * @param hash 64 bits of {@code text} with all parameters alike
 * @param text the normalised statement, at most {@link #MAX_TEXT} characters
 */
public record Fingerprint(long hash, String text) {

  /** Longer texts are cut; the hash covers all of it. */
  public static final int MAX_TEXT = 8192;

  public static Fingerprint of(String sql) {
    return of(SqlTokens.of(sql));
  }

  public static Fingerprint of(SqlTokens tokens) {
    String text = new Normalizer(tokens).normalize();
    return new Fingerprint(
        hash(Normalizer.parametersAlike(text)),
        text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text);
  }

  /** 16 hexadecimal digits. */
  public String id() {
    return java.util.HexFormat.of().toHexDigits(hash);
  }

  /* FNV-1a over the UTF-16 units, then MurmurHash3's finaliser, so that all bits are used. */
  private static long hash(String text) {
    long h = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      h = (h ^ text.charAt(i)) * 0x100000001b3L;
    }
    h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
    h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return h ^ (h >>> 33);
  }
}
