package dev.headroom.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A group of paths that may be cached; the longest path that matches decides. */
public record CacheSpec(
    @Setting(value = "Which paths.", required = true) String path,
    @Setting(value = "How long, when the response does not say.", min = 1, max = 31_536_000_000L)
        Optional<Duration> ttl,
    @Setting(
            value =
                "How long after that it may still answer at once, while a new one is fetched behind"
                    + " it (RFC 5861), when the response does not say.",
            def = "0s",
            max = 86_400_000)
        Duration staleWhileRevalidate,
    @Setting(
            value = "Static assets: compressed, tagged, kept for ever when named by hash.",
            def = "false")
        boolean immutable,
    @Setting("Verified parts of the key; callers without them are not answered from the cache.")
        List<Vary> vary,
    @Setting("Names to purge by.") List<String> tags) {

  public CacheSpec {
    vary = List.copyOf(vary);
    tags = List.copyOf(tags);
  }

  /** A verified part of the key. */
  public enum Vary {
    TENANT,
    USER
  }
}
