package dev.headroom.gateway.cache;

import dev.headroom.gateway.http.PathPattern;
import dev.headroom.gateway.identity.Caller;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Which stored responses may answer a request: scheme, host, target and, where the rule says so,
 * the verified tenant and user. What {@code Vary} names is compared afterwards.
 */
public final class CacheKey {
  private final byte[] bytes;
  private final int hash;
  private final String host;
  private final String path;
  private final String tenant;
  private final String user;

  private CacheKey(byte[] bytes, String host, String path, String tenant, String user) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
    this.host = host;
    this.path = path;
    this.tenant = tenant;
    this.user = user;
  }

  /** Of a request that the rule lets into the cache. */
  public static CacheKey of(
      boolean secure, String host, String target, String path, CacheRule rule, Caller caller) {
    String tenant = rule.isPersonal() ? Objects.requireNonNullElse(caller.tenant(), "") : "";
    String user = rule.perUser() ? Objects.requireNonNullElse(caller.user(), "") : "";
    // NUL stands in none of the parts before the identity, and their number is fixed, so that no
    // two
    // requests have the same bytes; a name may hold anything, so its length goes with it.
    String whole =
        (secure ? 's' : 'p')
            + host
            + '\0'
            + target
            + '\0'
            + tenant.length()
            + '\0'
            + tenant
            + '\0'
            + user;
    return new CacheKey(
        whole.getBytes(StandardCharsets.UTF_8), host, PathPattern.canonical(path), tenant, user);
  }

  /** All of it. */
  byte[] bytes() {
    return bytes;
  }

  String host() {
    return host;
  }

  /** Canonical: what a purge and an unsafe method go by. */
  String path() {
    return path;
  }

  String tenant() {
    return tenant;
  }

  String user() {
    return user;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CacheKey key && hash == key.hash && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
