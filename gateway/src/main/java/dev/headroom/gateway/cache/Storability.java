package dev.headroom.gateway.cache;

import dev.headroom.gateway.cache.StoredResponse.Access;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.http.ResponseHead;
import java.util.Optional;
import java.util.Set;

/** May a shared cache keep this response? RFC 9111, section 3. */
final class Storability {
  /** Kept when they say how long. */
  private static final Set<Integer> WITH_LIFETIME =
      Set.of(200, 203, 300, 301, 302, 307, 308, 404, 405, 410, 414);

  /** Kept for the time that the document says. */
  private static final Set<Integer> BY_DOCUMENT = Set.of(200, 203, 301, 308);

  private Storability() {}

  /** Whom the response may answer; empty when it must not be kept. */
  static Optional<Access> judge(CacheRule rule, RequestHead request, ResponseHead response) {
    CacheControl control = CacheControl.parse(response.field("cache-control"));
    boolean says = control.hasLifetime() || control.noCache() || response.field("expires") != null;
    boolean byDocument = !says && (rule.ttlMillis() >= 0 || rule.assets());
    int status = response.status();
    if (control.noStore()
        || (control.isPrivate() && !rule.perUser())
        // A cookie is meant for one, whatever the response says of itself.
        || response.hasField("set-cookie")
        || "*".equals(response.field("vary"))
        || String.valueOf(response.field("vary")).contains("*")
        || !(says ? WITH_LIFETIME : BY_DOCUMENT).contains(status)
        || !(says || byDocument)) {
      return Optional.empty();
    }
    if (rule.isPersonal()) {
      return Optional.of(Access.ALL); // The verified caller is in the key.
    }
    boolean authorized = request.hasField("authorization");
    if (control.permitsCredentials() || rule.assets()) {
      return Optional.of(Access.ALL);
    }
    if (authorized) {
      return Optional.empty(); // Section 3.5.
    }
    if (says) {
      return Optional.of(Access.WITHOUT_AUTHORIZATION);
    }
    // Only the document says that it may be kept, and not per caller: then only among those who
    // send nothing by which the application could tell them apart.
    return request.hasField("cookie") ? Optional.empty() : Optional.of(Access.WITHOUT_CREDENTIALS);
  }
}
