package dev.headroom.gateway.identity;

import dev.headroom.gateway.http.RequestHead;
import dev.headroom.spec.IdentitySpec;
import dev.headroom.spec.IdentitySpec.ApiKeySpec;
import dev.headroom.spec.Value;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Verifies callers as the document says: a bearer token, or the token in a cookie, or a signed
 * session cookie, or an API key. What does not hold is as if it were not there; refusing is the
 * application's. Thread-safe.
 */
public final class Identities implements AutoCloseable {
  /** Verifies nobody. */
  public static final Identities NONE = new Identities(null, "", null, "", Map.of(), null);

  private static final long KEPT_MILLIS = 5 * 60_000L;
  private static final long REFUSED_KEPT_MILLIS = 2_000;

  private final @Nullable JwtVerifier jwt;
  private final String cookie;
  private final @Nullable SessionCookie session;
  private final String apiKeyField;
  private final Map<String, Caller> apiKeys;
  private final @Nullable KeyedHash hash;

  private Identities(
      @Nullable JwtVerifier jwt,
      String cookie,
      @Nullable SessionCookie session,
      String apiKeyField,
      Map<String, Caller> apiKeys,
      @Nullable KeyedHash hash) {
    this.jwt = jwt;
    this.cookie = cookie;
    this.session = session;
    this.apiKeyField = apiKeyField;
    this.apiKeys = apiKeys;
    this.hash = hash;
  }

  /**
   * As the document says.
   *
   * @param secrets finds a value of the document by its path
   */
  public static Identities of(
      Optional<IdentitySpec> identity, BiFunction<String, Value, String> secrets, KeyedHash hash) {
    if (identity.isEmpty()) {
      return NONE;
    }
    IdentitySpec spec = identity.get();
    Map<String, Caller> keys = new HashMap<>();
    spec.apiKeys()
        .ifPresent(
            table -> {
              for (ApiKeySpec key : table.keys()) {
                keys.put(
                    secrets.apply("spec.gateway.identity.apiKeys.keys", key.value()),
                    Caller.of(
                        hash, key.user().orElse(null), key.tenant().orElse(null), key.name()));
              }
            });
    JwtVerifier jwt =
        spec.jwt()
            .map(
                token ->
                    new JwtVerifier(
                        token,
                        token
                            .secret()
                            .map(
                                value -> secrets.apply("spec.gateway.identity.jwt.secret", value))))
            .orElse(null);
    return new Identities(
        jwt,
        spec.jwt().flatMap(IdentitySpec.JwtSpec::cookie).orElse(""),
        spec.session()
            .map(
                given ->
                    new SessionCookie(
                        given,
                        secrets.apply("spec.gateway.identity.session.secret", given.secret())))
            .orElse(null),
        spec.apiKeys().map(table -> table.header().toLowerCase(Locale.ROOT)).orElse(""),
        Map.copyOf(keys),
        hash);
  }

  /** Who sent the request. */
  public Caller identify(RequestHead head, TokenCache tokens, long nowMillis) {
    if (hash == null) {
      return Caller.UNKNOWN;
    }
    byte[] bytes = head.bytes();
    if (jwt != null) {
      long at = head.only("authorization");
      if (at >= 0) {
        int from = (int) (at >>> 32);
        int to = (int) at;
        if (to - from > 7 && isBearer(bytes, from)) {
          return verify(bytes, from + 7, to, tokens, nowMillis, this::token);
        }
      } else if (!cookie.isEmpty() && !head.hasField("authorization")) {
        at = Cookies.find(head, cookie);
        if (at >= 0) {
          return verify(bytes, (int) (at >>> 32), (int) at, tokens, nowMillis, this::token);
        }
      }
    }
    if (session != null && !head.hasField("authorization")) {
      long at = Cookies.find(head, session.name());
      if (at >= 0) {
        return verify(bytes, (int) (at >>> 32), (int) at, tokens, nowMillis, this::session);
      }
    }
    if (!apiKeys.isEmpty()) {
      long at = head.only(apiKeyField);
      if (at >= 0) {
        int from = (int) (at >>> 32);
        String key = new String(bytes, from, (int) at - from, StandardCharsets.ISO_8859_1);
        return apiKeys.getOrDefault(key, Caller.UNKNOWN);
      }
    }
    return Caller.UNKNOWN;
  }

  /** Checks what lies between two places of the bytes. */
  private interface Check {
    Optional<Verified> verify(byte[] bytes, int from, int to);
  }

  private record Verified(Caller caller, long expiresMillis) {}

  /* A signature is computed once and not for every request. */
  private Caller verify(
      byte[] bytes, int from, int to, TokenCache tokens, long nowMillis, Check check) {
    if (hash == null) {
      return Caller.UNKNOWN;
    }
    long key = hash.of(bytes, from, to);
    Caller known = tokens.find(this, bytes, from, to, key, nowMillis);
    if (known != null) {
      return known;
    }
    Optional<Verified> verified = check.verify(bytes, from, to);
    Caller caller = verified.map(Verified::caller).orElse(Caller.UNKNOWN);
    long until =
        verified
            .map(v -> Math.min(v.expiresMillis(), nowMillis + KEPT_MILLIS))
            .orElse(nowMillis + REFUSED_KEPT_MILLIS);
    tokens.keep(bytes, from, to, key, caller, until);
    return caller;
  }

  private Optional<Verified> token(byte[] bytes, int from, int to) {
    if (jwt == null || hash == null) {
      return Optional.empty();
    }
    KeyedHash with = hash;
    return jwt.verify(bytes, from, to)
        .map(v -> new Verified(Caller.of(with, v.user(), v.tenant(), null), v.expiresMillis()));
  }

  private Optional<Verified> session(byte[] bytes, int from, int to) {
    if (session == null || hash == null) {
      return Optional.empty();
    }
    KeyedHash with = hash;
    return session
        .verify(bytes, from, to)
        .map(value -> new Verified(Caller.of(with, value, null, null), Long.MAX_VALUE));
  }

  private static boolean isBearer(byte[] b, int from) {
    String scheme = "bearer ";
    for (int i = 0; i < scheme.length(); i++) {
      int lower = b[from + i] >= 'A' && b[from + i] <= 'Z' ? b[from + i] + 32 : b[from + i];
      if (lower != scheme.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Does the request carry something that may say who asks, verified or not? */
  public boolean hasCredentials(RequestHead head) {
    return head.hasField("authorization") || (!apiKeyField.isEmpty() && head.hasField(apiKeyField));
  }

  /** Why callers cannot be verified now; empty when all is well. */
  public String trouble() {
    return jwt == null ? "" : jwt.trouble();
  }

  @Override
  public void close() {
    if (jwt != null) {
      jwt.close();
    }
  }
}
