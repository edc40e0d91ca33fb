package dev.headroom.spec;

import java.util.Optional;

/** Where alerts go: one of Slack and a webhook. */
public record ChannelSpec(
    @Setting("URL of a Slack incoming webhook.") Optional<Value> slack,
    @Setting("URL that is sent a JSON document by POST.") Optional<Value> webhook,
    @Setting(
            "Key that a webhook is signed with (HMAC-SHA256, standardwebhooks.com); absent, it is"
                + " not signed.")
        Optional<Value> signingKey) {}
