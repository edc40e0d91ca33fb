package dev.headroom.spec;

import java.util.List;
import java.util.Optional;

/** How callers are verified. Nothing is refused for want of identity: that is the application's. */
public record IdentitySpec(
    @Setting("JSON Web Tokens (RFC 7519).") Optional<JwtSpec> jwt,
    @Setting("API keys.") Optional<ApiKeysSpec> apiKeys,
    @Setting("A session cookie that the application signs.") Optional<SessionSpec> session) {

  /** Which tokens, and which of their claims say who is asking. */
  public record JwtSpec(
      @Setting("Where the public keys are (RFC 7517).") Optional<String> jwksUrl,
      @Setting("The secret that signs, for HS256, HS384 and HS512.") Optional<Value> secret,
      @Setting("What iss must be.") Optional<String> issuer,
      @Setting("What aud must hold.") Optional<String> audience,
      @Setting("Cookie that has the token when there is no Authorization.") Optional<String> cookie,
      @Setting(value = "Claim that names the user.", def = "sub") String user,
      @Setting("Claim that names the tenant.") Optional<String> tenant) {}

  /** Keys that programs send. */
  public record ApiKeysSpec(
      @Setting(value = "The field that has the key.", def = "X-API-Key") String header,
      @Setting(value = "The keys.", required = true) List<ApiKeySpec> keys) {

    public ApiKeysSpec {
      keys = List.copyOf(keys);
    }
  }

  /** One key and whose it is. */
  public record ApiKeySpec(
      @Setting(value = "The key.", required = true) Value value,
      @Setting(value = "Its name in figures.", required = true) String name,
      @Setting("The user it speaks for.") Optional<String> user,
      @Setting("The tenant it belongs to.") Optional<String> tenant) {}

  /**
   * A cookie as Express and its kin sign it: the value, a point, and the value's HMAC-SHA256 in
   * Base64. The user is the value.
   */
  public record SessionSpec(
      @Setting(value = "Its name.", required = true) String cookie,
      @Setting(value = "The secret that signs.", required = true) Value secret) {}
}
