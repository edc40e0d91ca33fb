package dev.headroom.demo.api;

import com.auth0.jwt.JWT;
import com.auth0.jwt.JWTVerifier;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.exceptions.JWTVerificationException;
import com.auth0.jwt.interfaces.DecodedJWT;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Login tokens: JWTs signed with HMAC-SHA-256, the subject is the user, {@code org} the tenant. */
final class Tokens {
  private static final String ISSUER = "headroom-demo";
  private static final Duration LIFE = Duration.ofHours(12);

  private final Algorithm algorithm;
  private final JWTVerifier verifier;
  private final InstantSource clock;

  Tokens(String secret, InstantSource clock) {
    this.algorithm = Algorithm.HMAC256(secret);
    this.verifier = JWT.require(algorithm).withIssuer(ISSUER).build();
    this.clock = clock;
  }

  String issue(Identity identity) {
    return JWT.create()
        .withIssuer(ISSUER)
        .withSubject(Long.toString(identity.user()))
        .withClaim("org", identity.tenant())
        .withExpiresAt(clock.instant().plus(LIFE))
        .sign(algorithm);
  }

  Optional<Identity> verify(String token) {
    try {
      DecodedJWT decoded = verifier.verify(token);
      return Optional.of(
          new Identity(Long.parseLong(decoded.getSubject()), decoded.getClaim("org").asLong()));
    } catch (JWTVerificationException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
