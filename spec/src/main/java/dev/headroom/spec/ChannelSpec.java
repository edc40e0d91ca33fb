package dev.headroom.spec;

import java.util.Optional;

/** Where alerts go. */
public record ChannelSpec(
    @Setting("Slack incoming webhook.") Optional<Value> slack,
    @Setting("Any HTTP endpoint.") Optional<Value> webhook) {}
