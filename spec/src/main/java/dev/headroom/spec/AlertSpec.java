package dev.headroom.spec;

import java.util.Optional;

/** What to be told about. */
public record AlertSpec(
    @Setting(value = "The condition, for example p95 > 250ms for 5m.", required = true) String when,
    @Setting("Which endpoints.") Optional<String> route,
    @Setting(value = "The channel.", key = "notify", required = true) String channel) {}
