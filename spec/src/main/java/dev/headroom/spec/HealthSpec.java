package dev.headroom.spec;

import java.time.Duration;

/** An HTTP GET that answers 200 to 399 while a replica is healthy. */
public record HealthSpec(
    @Setting(value = "The path asked for.", def = "/healthz") String path,
    @Setting(value = "Time between two checks.", def = "2s", min = 10) Duration interval,
    @Setting(value = "Time for an answer.", def = "1s", min = 1) Duration timeout,
    @Setting(value = "Good answers in a row until healthy.", def = "1", min = 1, max = 100)
        int rise,
    @Setting(value = "Bad answers in a row until unhealthy.", def = "3", min = 1, max = 100)
        int fall) {}
