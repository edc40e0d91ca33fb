package dev.headroom.spec;

import dev.headroom.base.Percent;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** What the horizontal autoscaler steers by; the target that asks for most replicas wins. */
public record TargetsSpec(
    @Setting(
            value = "95th percentile of the response time, as the gateway measures it.",
            min = 1,
            max = 600_000)
        Optional<Duration> p95,
    @Setting(value = "Mean CPU use, as a share of resources.cpu.", min = 1, max = 1000)
        Optional<Percent> cpu,
    @Setting(value = "Mean number of requests in progress per replica.", min = 1, max = 100000)
        OptionalInt inFlight) {}
