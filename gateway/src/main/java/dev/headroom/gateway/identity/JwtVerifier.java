package dev.headroom.gateway.identity;

import dev.headroom.spec.IdentitySpec.JwtSpec;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;
import org.jspecify.annotations.Nullable;

/**
 * Checks JSON Web Tokens (RFC 7519): signature, time, issuer, audience. A secret verifies HMAC only
 * and public keys everything else only, so that no token is checked with the wrong kind of key (RFC
 * 8725, section 3.1). Thread-safe.
 */
final class JwtVerifier implements AutoCloseable {
  private static final int LEEWAY_SECONDS = 30;
  private static final int LONGEST = 8 * 1024;
  private static final AlgorithmConstraints WITH_SECRET =
      new AlgorithmConstraints(
          ConstraintType.PERMIT,
          AlgorithmIdentifiers.HMAC_SHA256,
          AlgorithmIdentifiers.HMAC_SHA384,
          AlgorithmIdentifiers.HMAC_SHA512);
  private static final AlgorithmConstraints WITH_PUBLIC_KEYS =
      new AlgorithmConstraints(
          ConstraintType.PERMIT,
          AlgorithmIdentifiers.RSA_USING_SHA256,
          AlgorithmIdentifiers.RSA_USING_SHA384,
          AlgorithmIdentifiers.RSA_USING_SHA512,
          AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
          AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
          AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
          AlgorithmIdentifiers.EDDSA);

  private final JwtConsumer consumer;
  private final JwtSpec spec;
  private final @Nullable JwksKeys keys;

  /** A token that holds; {@code expiresMillis} is the last moment at which it does. */
  record Verified(@Nullable String user, @Nullable String tenant, long expiresMillis) {}

  /**
   * @param secret for a document that has one
   */
  JwtVerifier(JwtSpec spec, Optional<String> secret) {
    this.spec = spec;
    JwtConsumerBuilder builder =
        new JwtConsumerBuilder()
            .setAllowedClockSkewInSeconds(LEEWAY_SECONDS)
            .setRelaxVerificationKeyValidation(); // Secrets are as long as their owners made them.
    if (secret.isPresent()) {
      keys = null;
      builder
          .setVerificationKey(new HmacKey(secret.get().getBytes(StandardCharsets.UTF_8)))
          .setJwsAlgorithmConstraints(WITH_SECRET);
    } else {
      JwksKeys remote = JwksKeys.start(spec.jwksUrl().orElseThrow());
      keys = remote;
      builder.setVerificationKeyResolver(remote).setJwsAlgorithmConstraints(WITH_PUBLIC_KEYS);
    }
    spec.issuer().ifPresent(builder::setExpectedIssuer);
    spec.audience()
        .ifPresentOrElse(builder::setExpectedAudience, builder::setSkipDefaultAudienceValidation);
    this.consumer = builder.build();
  }

  /** Empty when the token does not hold. */
  Optional<Verified> verify(byte[] bytes, int from, int to) {
    if (to - from > LONGEST) {
      return Optional.empty();
    }
    try {
      JwtClaims claims =
          consumer.processToClaims(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
      String user = text(claims.getClaimValue(spec.user()));
      String tenant = spec.tenant().map(name -> text(claims.getClaimValue(name))).orElse(null);
      long expires =
          claims.getExpirationTime() == null
              ? Long.MAX_VALUE
              : claims.getExpirationTime().getValueInMillis() + LEEWAY_SECONDS * 1000L;
      return Optional.of(new Verified(user, tenant, expires));
    } catch (InvalidJwtException | MalformedClaimException e) {
      return Optional.empty();
    }
  }

  /* Many applications have numbers for users and tenants. */
  private static @Nullable String text(@Nullable Object claim) {
    return switch (claim) {
      case String text when !text.isEmpty() && text.length() <= 256 -> text;
      case Long number -> Long.toString(number);
      case null, default -> null;
    };
  }

  /** Why no token can be verified now; empty when all is well. */
  String trouble() {
    return keys == null ? "" : keys.trouble();
  }

  @Override
  public void close() {
    if (keys != null) {
      keys.close();
    }
  }
}
