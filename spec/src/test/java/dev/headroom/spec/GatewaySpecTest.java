package dev.headroom.spec;

import static dev.headroom.spec.TestDocuments.HEAD;
import static dev.headroom.spec.TestDocuments.WEB;
import static dev.headroom.spec.TestDocuments.parse;
import static dev.headroom.spec.TestDocuments.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Network;
import dev.headroom.base.Rate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewaySpecTest {
  private static GatewaySpec gateway(String body) {
    return parse(HEAD + WEB + "  gateway:\n" + body.indent(4)).gateway();
  }

  @Test
  void fullMapping() {
    GatewaySpec gateway =
        gateway(
            """
            balance: hash
            hashKey: tenant
            identity:
              jwt: {secret: {env: S}, issuer: i, audience: a, cookie: c, user: u, tenant: t}
              apiKeys: {header: X-Key, keys: [{value: {file: k}, name: ci, user: bot, tenant: acme}]}
              session: {cookie: sid, secret: {env: T}}
            rateLimits:
              - {name: n, key: tenant, fallback: key, path: /a/**, methods: [GET, POST],
                 requests: 5/s, burst: 9, observe: true}
            cache:
              - {path: /b/**, ttl: 30s, vary: [tenant, user], tags: [x]}
              - {path: /c/**, immutable: true}
            cacheStore: {memory: 128Mi, largest: 2Mi, redis: false, redisTimeout: 20ms}
            affinity: {paths: [/ws/**]}
            tls:
              listen: 9443
              certificates: [{certificate: {file: c.pem}, key: {secret: tls/key}}]
              redirect: true
              hsts: 180d
            trustedProxies: {networks: [10.0.0.0/8, "::1"], clientBy: proxy-protocol}
            accessLog: {format: combined, file: logs/access, rotate: 1Mi, keep: 2}
            """);

    assertThat(gateway.hashKey()).isEqualTo(CallerKind.TENANT);
    assertThat(gateway.identity())
        .contains(
            new IdentitySpec(
                Optional.of(
                    new IdentitySpec.JwtSpec(
                        Optional.empty(),
                        Optional.of(new Value.Env("S")),
                        Optional.of("i"),
                        Optional.of("a"),
                        Optional.of("c"),
                        "u",
                        Optional.of("t"))),
                Optional.of(
                    new IdentitySpec.ApiKeysSpec(
                        "X-Key",
                        List.of(
                            new IdentitySpec.ApiKeySpec(
                                new Value.File(Path.of("k")),
                                "ci",
                                Optional.of("bot"),
                                Optional.of("acme"))))),
                Optional.of(new IdentitySpec.SessionSpec("sid", new Value.Env("T")))));
    assertThat(gateway.rateLimits())
        .containsExactly(
            new RateLimitSpec(
                Optional.of("n"),
                CallerKind.TENANT,
                Optional.of(CallerKind.KEY),
                Optional.of("/a/**"),
                List.of("GET", "POST"),
                new Rate(5, Duration.ofSeconds(1)),
                OptionalInt.of(9),
                true));
    assertThat(gateway.cache())
        .containsExactly(
            new CacheSpec(
                "/b/**",
                Optional.of(Duration.ofSeconds(30)),
                Duration.ZERO,
                false,
                List.of(CacheSpec.Vary.TENANT, CacheSpec.Vary.USER),
                List.of("x")),
            new CacheSpec("/c/**", Optional.empty(), Duration.ZERO, true, List.of(), List.of()));
    assertThat(gateway.cacheStore())
        .isEqualTo(
            new CacheStoreSpec(
                ByteSize.mebibytes(128), ByteSize.mebibytes(2), false, Duration.ofMillis(20)));
    assertThat(gateway.affinity()).contains(new AffinitySpec(List.of("/ws/**"), "hr_affinity"));
    assertThat(gateway.trustedProxies())
        .contains(
            new TrustedProxiesSpec(
                List.of(
                    Network.parse("10.0.0.0/8").orElseThrow(), Network.parse("::1").orElseThrow()),
                TrustedProxiesSpec.Naming.PROXY_PROTOCOL));
    assertThat(gateway.accessLog())
        .contains(
            new AccessLogSpec(
                AccessLogSpec.Format.COMBINED,
                Optional.of("logs/access"),
                ByteSize.mebibytes(1),
                2));
    TlsSpec tls = gateway.tls().orElseThrow();
    assertThat(tls.listen()).isEqualTo(9443);
    assertThat(tls.redirect()).isTrue();
    assertThat(tls.hsts()).contains(Duration.ofDays(180));
    assertThat(tls.certificates())
        .containsExactly(
            new TlsSpec.CertificateSpec(
                new Value.File(Path.of("c.pem")), new Value.Secret("tls", "key")));
  }

  @Test
  void defaults() {
    GatewaySpec gateway = gateway("rateLimits: [{requests: 100/min}, {requests: 1/s, path: /x}]");

    assertThat(gateway.rateLimits().getFirst().key()).isEqualTo(CallerKind.USER);
    assertThat(gateway.rateLimits().getFirst().fallback()).isEmpty();
    assertThat(gateway.rateLimits())
        .extracting(RateLimitSpec::label)
        .containsExactly("user 100/min", "user 1/s /x");
    assertThat(gateway.cacheStore()).isEqualTo(CacheStoreSpec.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          balance: hash, hashKey: anonymous              | hashKey: anonymous (expected: one of user, tenant, key, ip)
          trustedProxies: {networks: [10.1.0.0/8]}       | trustedProxies.networks[0]: 10.1.0.0/8 (expected: an address or a network, for example 10.0.0.0/8)
          trustedProxies: {networks: [lb.example]}       | trustedProxies.networks[0]: lb.example (expected: an address or a network, for example 10.0.0.0/8)
          rateLimits: [{key: ip, fallback: ip, requests: 1/s}] | rateLimits[0].fallback: (expected: a key of user, tenant or key, and ip or another of them)
          hashKey: user                                  | hashKey: user (expected: balance: hash beside it)
          identity: {jwt: {}}                            | identity.jwt: (expected: one of jwksUrl, secret)
          identity: {jwt: {jwksUrl: ftp://x}}            | identity.jwt.jwksUrl: ftp://x (expected: a URL such as https://login.acme.example/jwks)
          rateLimits: [{key: user, requests: 1/s}]       | rateLimits[0].key: user (expected: a gateway.identity that verifies it)
          rateLimits: [{key: tenant, requests: 1/s}]     | rateLimits[0].key: tenant (expected: a gateway.identity that verifies it); identity.jwt.tenant names the claim
          rateLimits: [{requests: 0/s}]                  | rateLimits[0].requests: 0/s (expected: 1 to 1000000000)
          rateLimits: [{requests: 1/s, path: a}]         | rateLimits[0].path: a (expected: a path that starts with /, with ** only at its end)
          rateLimits: [{requests: 1/s, methods: [get]}]  | rateLimits[0].methods: get (expected: methods such as GET and POST)
          rateLimits: [{requests: 1/s}, {requests: 1/s}] | rateLimits[1]: user 1/s (expected: each rule once, or with a name of its own)
          cache: [{path: /a, vary: [tenant]}]            | cache[0].vary: tenant (expected: a gateway.identity that verifies it); identity.jwt.tenant names the claim
          cache: [{path: /a}, {path: /a}]                | cache[1].path: /a (expected: each path once)
          cache: [{path: /a, tags: ["a,b"]}]             | cache[0].tags: a,b (expected: visible ASCII without commas, at most 256)
          cacheStore: {memory: 1Mi, largest: 2Mi}        | cacheStore.largest: 2Mi (expected: at most cacheStore.memory)
          affinity: {paths: [ws]}                        | affinity.paths: ws (expected: a path that starts with /, with ** only at its end)
          tls: {certificates: []}                        | tls.certificates: an empty list (expected: The first is for names that no other has.)
          """)
  void rejections(String body, String expected) {
    assertThat(problems(HEAD + WEB + "  gateway: {" + body + "}\n"))
        .containsExactly("a.yaml:6: spec.gateway." + expected);
  }

  @Test
  void twoListenersNeedTwoPorts() {
    assertThat(
            problems(
                HEAD
                    + WEB
                    + "  gateway: {listen: 8443, tls: {certificates: [{certificate: a, key:"
                    + " b}]}}\n"))
        .hasSize(1)
        .first()
        .asString()
        .contains("spec.gateway.listen: 8443 (expected: a port that nothing else");
  }
}
