package dev.headroom.spec;

import java.util.Optional;

/** How callers are verified. */
public record IdentitySpec(@Setting("JSON Web Tokens (RFC 7519).") Optional<JwtSpec> jwt) {

  /** Which tokens, and which of their claims say who is asking. */
  public record JwtSpec(
      @Setting(value = "Where the keys are.", required = true) String jwksUrl,
      @Setting(value = "Claim that names the user.", def = "sub") String user,
      @Setting("Claim that names the tenant.") Optional<String> tenant) {}
}
