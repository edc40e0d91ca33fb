package dev.headroom.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A group of paths that may be cached. */
public record CacheSpec(
    @Setting(value = "Which paths.", required = true) String path,
    @Setting("How long, when the response does not say.") Optional<Duration> ttl,
    @Setting(value = "Never changes under its name.", def = "false") boolean immutable,
    @Setting("Verified parts of the key: tenant, user.") List<String> vary,
    @Setting("Names to purge by.") List<String> tags) {

  public CacheSpec {
    vary = List.copyOf(vary);
    tags = List.copyOf(tags);
  }
}
