package dev.headroom.demo.traffic.figures;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What {@link Figures} cannot know of the run they belong to. */
public record Run(
    Instant startedAt,
    double seconds,
    int users,
    long seed,
    long unfinished,
    Duration cpu,
    Optional<Verified> verified) {}
