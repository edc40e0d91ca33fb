package dev.headroom.gateway.identity;

import dev.headroom.spec.CallerKind;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as far as it is verified. Each part has a 64-bit key of {@link KeyedHash}; what is not
 * known has key 0.
 */
public final class Caller {
  /** Nothing about whom is verified. */
  public static final Caller UNKNOWN = new Caller(null, null, null, 0, 0, 0);

  private final @Nullable String user;
  private final @Nullable String tenant;
  private final @Nullable String key;
  private final long userHash;
  private final long tenantHash;
  private final long keyHash;

  private Caller(
      @Nullable String user,
      @Nullable String tenant,
      @Nullable String key,
      long userHash,
      long tenantHash,
      long keyHash) {
    this.user = user;
    this.tenant = tenant;
    this.key = key;
    this.userHash = userHash;
    this.tenantHash = tenantHash;
    this.keyHash = keyHash;
  }

  /** A user's name is one within the tenant, since some applications number them anew in each. */
  static Caller of(
      KeyedHash hash, @Nullable String user, @Nullable String tenant, @Nullable String key) {
    return new Caller(
        user,
        tenant,
        key,
        user == null ? 0 : nonZero(hash.of("u\0" + (tenant == null ? "" : tenant) + "\0" + user)),
        tenant == null ? 0 : nonZero(hash.of("t\0" + tenant)),
        key == null ? 0 : nonZero(hash.of("k\0" + key)));
  }

  private static long nonZero(long hash) {
    return hash == 0 ? 1 : hash;
  }

  public @Nullable String user() {
    return user;
  }

  public @Nullable String tenant() {
    return tenant;
  }

  /** Is anything about the caller verified? */
  public boolean isKnown() {
    return userHash != 0 || tenantHash != 0 || keyHash != 0;
  }

  /** The key of a part; 0 when that is not known, and for the address, which is no part. */
  public long hash(CallerKind kind) {
    return switch (kind) {
      case USER -> userHash;
      case TENANT -> tenantHash;
      case KEY -> keyHash;
      case IP, ANONYMOUS -> 0;
    };
  }

  /** For people: {@code user:42}. */
  public String label(CallerKind kind, String address) {
    return switch (kind) {
      case USER -> "user:" + (tenant == null ? "" : tenant + "/") + user;
      case TENANT -> "tenant:" + tenant;
      case KEY -> "key:" + key;
      case IP, ANONYMOUS -> "ip:" + address;
    };
  }
}
