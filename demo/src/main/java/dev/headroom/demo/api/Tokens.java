package dev.headroom.demo.api;

import com.auth0.jwt.JWT;
import com.auth0.jwt.JWTVerifier;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.exceptions.JWTVerificationException;
import com.auth0.jwt.interfaces.DecodedJWT;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Login tokens: JWTs signed with HMAC-SHA-256, the subject is the user, {@code org} the tenant. */
final class Tokens {
  private static final String ISSUER = "headroom-demo";
  private static final Duration LIFE = Duration.ofHours(12);

  private final String secret;
  private final InstantSource clock;
  // Made at the first token, as the library brings a JSON mapper up; making it twice does no harm.
  private volatile @Nullable Keys keys;

  private record Keys(Algorithm algorithm, JWTVerifier verifier) {}

  Tokens(String secret, InstantSource clock) {
    this.secret = secret;
    this.clock = clock;
  }

  private Keys keys() {
    Keys current = keys;
    if (current == null) {
      Algorithm algorithm = Algorithm.HMAC256(secret);
      current = new Keys(algorithm, JWT.require(algorithm).withIssuer(ISSUER).build());
      keys = current;
    }
    return current;
  }

  String issue(Identity identity) {
    return JWT.create()
        .withIssuer(ISSUER)
        .withSubject(Long.toString(identity.user()))
        .withClaim("org", identity.tenant())
        .withExpiresAt(clock.instant().plus(LIFE))
        .sign(keys().algorithm());
  }

  Optional<Identity> verify(String token) {
    try {
      DecodedJWT decoded = keys().verifier().verify(token);
      return Optional.of(
          new Identity(Long.parseLong(decoded.getSubject()), decoded.getClaim("org").asLong()));
    } catch (JWTVerificationException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
