package dev.headroom.spec;

import dev.headroom.base.Rate;
import java.util.Optional;
import java.util.OptionalInt;

/** A limit per caller. */
public record RateLimitSpec(
    @Setting(value = "Whom it counts: user, tenant, key or ip.", def = "user") String key,
    @Setting("Whom it counts when that is unknown.") Optional<String> fallback,
    @Setting("Which paths; all when absent.") Optional<String> path,
    @Setting(value = "How many.", required = true) Rate requests,
    @Setting(value = "How many at once.", min = 1) OptionalInt burst) {}
