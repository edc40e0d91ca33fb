package dev.headroom.gateway.cache;

import dev.headroom.gateway.http.PathPattern;
import dev.headroom.spec.CacheSpec;
import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code cache} in the document.
 *
 * @param ttlMillis for responses that do not say how long they are fresh; -1 when the document does
 *     not either
 * @param staleMillis how long a response may answer after that while a new one is fetched
 * @param assets static assets, made ready to be served: compressed, tagged
 * @param perTenant whether the verified tenant is part of the key
 * @param perUser whether the verified user is part of the key
 */
public record CacheRule(
    PathPattern path,
    long ttlMillis,
    long staleMillis,
    boolean assets,
    boolean perTenant,
    boolean perUser,
    List<String> tags) {

  public CacheRule {
    tags = List.copyOf(tags);
  }

  static CacheRule of(CacheSpec spec) {
    return new CacheRule(
        PathPattern.of(spec.path()),
        spec.ttl().map(java.time.Duration::toMillis).orElse(-1L),
        spec.staleWhileRevalidate().toMillis(),
        spec.immutable(),
        spec.vary().contains(CacheSpec.Vary.TENANT),
        spec.vary().contains(CacheSpec.Vary.USER),
        spec.tags());
  }

  /** Whether a verified part of the caller is in the key. */
  public boolean isPersonal() {
    return perTenant || perUser;
  }

  /** The rules of a document, the most exact first. */
  public static List<CacheRule> all(List<CacheSpec> specs) {
    return specs.stream()
        .map(CacheRule::of)
        .sorted(java.util.Comparator.comparing(CacheRule::path))
        .toList();
  }

  /** The rule for a path. */
  public static Optional<CacheRule> find(List<CacheRule> rules, String path) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).path.matches(path)) {
        return Optional.of(rules.get(i));
      }
    }
    return Optional.empty();
  }
}
