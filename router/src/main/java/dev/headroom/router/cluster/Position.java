package dev.headroom.router.cluster;

/** A place in the write-ahead log. */
public record Position(int timeline, long lsn) {
  /**
   * Of a server that does not tell: before every write, so that who has written reads elsewhere.
   */
  public static final long UNKNOWN = -1;

  /** As PostgreSQL writes it: {@code 0/3084D18}. */
  public String lsnText() {
    return Long.toHexString(lsn >>> 32).toUpperCase(java.util.Locale.ROOT)
        + "/"
        + Long.toHexString(lsn & 0xffffffffL).toUpperCase(java.util.Locale.ROOT);
  }
}
