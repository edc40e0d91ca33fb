package dev.headroom.spec;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What must hold between the values of {@code spec.gateway}. */
final class GatewayRules {
  private static final Predicate<String> TOKEN =
      Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}").asMatchPredicate();

  private static final Predicate<String> URL =
      Pattern.compile("https?://[^/?#@\\s]+(/[^\\s#]*)?").asMatchPredicate();

  /* Visible ASCII without comma, as Cache-Tag and the CDNs have it. */
  private static final Predicate<String> TAG =
      Pattern.compile("[\\x21-\\x2b\\x2d-\\x7e]{1,256}").asMatchPredicate();

  private final GatewaySpec gateway;
  private final Teller teller;
  private final Predicate<String[]> written;

  /** Takes what is wrong: see {@link Rules}. */
  interface Teller {
    void tell(String expected, String value, String hint, String... path);
  }

  GatewayRules(GatewaySpec gateway, Teller teller, Predicate<String[]> written) {
    this.gateway = gateway;
    this.teller = teller;
    this.written = written;
  }

  void hold() {
    gateway.identity().ifPresent(this::identity);
    for (int i = 0; i < gateway.rateLimits().size(); i++) {
      limit(gateway.rateLimits().get(i), "rateLimits[" + i + "]");
    }
    names();
    if (gateway.rateLimits().size() > 64) {
      tell("at most 64 rules", gateway.rateLimits().size() + " rules", "", "rateLimits");
    }
    Set<String> paths = new HashSet<>();
    for (int i = 0; i < gateway.cache().size(); i++) {
      cache(gateway.cache().get(i), paths, "cache[" + i + "]");
    }
    if (gateway.cacheStore().largest().bytes() > gateway.cacheStore().memory().bytes()) {
      tell(
          "at most cacheStore.memory",
          gateway.cacheStore().largest().toString(),
          "",
          "cacheStore",
          "largest");
    }
    gateway
        .affinity()
        .ifPresent(
            affinity -> {
              affinity.paths().forEach(path -> pattern(path, "affinity", "paths"));
              token(affinity.cookie(), "affinity", "cookie");
            });
    if (written("hashKey") && gateway.balance() != GatewaySpec.Balance.HASH) {
      tell("balance: hash beside it", word(gateway.hashKey()), "", "hashKey");
    }
    if (gateway.hashKey() == CallerKind.ANONYMOUS) {
      tell("one of user, tenant, key, ip", word(gateway.hashKey()), "", "hashKey");
    }
    if (gateway.balance() == GatewaySpec.Balance.HASH && written("hashKey")) {
      verified(gateway.hashKey(), "hashKey");
    }
  }

  private void identity(IdentitySpec identity) {
    identity
        .jwt()
        .ifPresent(
            jwt -> {
              if (jwt.jwksUrl().isPresent() == jwt.secret().isPresent()) {
                tell("one of jwksUrl, secret", "", "", "identity", "jwt");
              }
              jwt.jwksUrl()
                  .filter(url -> !URL.test(url))
                  .ifPresent(
                      url ->
                          tell(
                              "a URL such as https://login.acme.example/jwks",
                              url,
                              "",
                              "identity",
                              "jwt",
                              "jwksUrl"));
              jwt.cookie().ifPresent(cookie -> token(cookie, "identity", "jwt", "cookie"));
            });
    identity
        .session()
        .ifPresent(session -> token(session.cookie(), "identity", "session", "cookie"));
    identity.apiKeys().ifPresent(keys -> token(keys.header(), "identity", "apiKeys", "header"));
  }

  private void limit(RateLimitSpec limit, String at) {
    limit.path().ifPresent(path -> pattern(path, at, "path"));
    limit
        .name()
        .filter(name -> name.isBlank() || name.length() > 64 || !name.matches("[ -~&&[^\"\\\\]]+"))
        .ifPresent(
            name ->
                tell(
                    "at most 64 letters, digits and signs of ASCII without quotes",
                    name,
                    "",
                    at,
                    "name"));
    for (String method : limit.methods()) {
      if (!TOKEN.test(method) || !method.equals(method.toUpperCase(Locale.ROOT))) {
        tell("methods such as GET and POST", method, "", at, "methods");
      }
    }
    if (written(at, "key")) {
      verified(limit.key(), at, "key");
    }
    limit
        .fallback()
        .ifPresent(
            fallback -> {
              verified(fallback, at, "fallback");
              boolean everybody =
                  limit.key() == CallerKind.IP || limit.key() == CallerKind.ANONYMOUS;
              if (everybody || fallback == CallerKind.ANONYMOUS) {
                tell(
                    "a key of user, tenant or key, and ip or another of them",
                    "",
                    "",
                    at,
                    "fallback");
              }
            });
  }

  private void names() {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < gateway.rateLimits().size(); i++) {
      RateLimitSpec limit = gateway.rateLimits().get(i);
      if (!names.add(limit.label())) {
        tell(
            "each rule once, or with a name of its own",
            limit.label(),
            "",
            "rateLimits[" + i + "]");
      }
    }
  }

  private void cache(CacheSpec cache, Set<String> paths, String at) {
    pattern(cache.path(), at, "path");
    if (!paths.add(cache.path())) {
      tell("each path once", cache.path(), "", at, "path");
    }
    for (CacheSpec.Vary part : cache.vary()) {
      verified(part == CacheSpec.Vary.TENANT ? CallerKind.TENANT : CallerKind.USER, at, "vary");
    }
    if (cache.immutable() && !cache.vary().isEmpty()) {
      tell("no vary beside immutable: assets are the same for all", "", "", at, "vary");
    }
    for (String tag : cache.tags()) {
      if (!TAG.test(tag)) {
        tell("visible ASCII without commas, at most 256", tag, "", at, "tags");
      }
    }
  }

  /* A limit or cache key on what nobody has verified would be the attacker's to choose. */
  private void verified(CallerKind kind, String... at) {
    Optional<IdentitySpec> identity = gateway.identity();
    boolean jwt = identity.flatMap(IdentitySpec::jwt).isPresent();
    List<IdentitySpec.ApiKeySpec> keys =
        identity
            .flatMap(IdentitySpec::apiKeys)
            .map(IdentitySpec.ApiKeysSpec::keys)
            .orElse(List.of());
    boolean known =
        switch (kind) {
          case IP, ANONYMOUS -> true;
          case KEY -> !keys.isEmpty();
          case USER ->
              jwt
                  || identity.flatMap(IdentitySpec::session).isPresent()
                  || keys.stream().anyMatch(key -> key.user().isPresent());
          case TENANT ->
              identity.flatMap(IdentitySpec::jwt).flatMap(IdentitySpec.JwtSpec::tenant).isPresent()
                  || keys.stream().anyMatch(key -> key.tenant().isPresent());
        };
    if (!known) {
      tell(
          "a gateway.identity that verifies it",
          word(kind),
          kind == CallerKind.TENANT ? "identity.jwt.tenant names the claim" : "",
          at);
    }
  }

  private void pattern(String path, String... at) {
    if (!Rules.isPattern(path)) {
      tell("a path that starts with /, with ** only at its end", path, "", at);
    }
  }

  private void token(String word, String... at) {
    if (!TOKEN.test(word)) {
      tell("letters, digits and hyphens", word, "", at);
    }
  }

  private static String word(CallerKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private boolean written(String... path) {
    return written.test(in(path));
  }

  private void tell(String expected, String value, String hint, String... path) {
    teller.tell(expected, value, hint, in(path));
  }

  private static String[] in(String... path) {
    String[] whole = new String[path.length + 2];
    whole[0] = "spec";
    whole[1] = "gateway";
    System.arraycopy(path, 0, whole, 2, path.length);
    return whole;
  }
}
