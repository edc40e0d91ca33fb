package dev.headroom.demo.traffic;

import dev.headroom.demo.traffic.load.LoadShape;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a run was asked to do.
 *
 * @param users active users at the start, as the report tells them
 * @param lasting empty: until it is stopped
 * @param control port of the control server, 0 for any; empty: none
 */
record TrafficOptions(
    URI url,
    int users,
    LoadShape shape,
    Optional<Duration> lasting,
    long seed,
    Duration timeout,
    double assets,
    int accounts,
    int sockets,
    int outstanding,
    Optional<Path> report,
    OptionalInt control,
    boolean verify,
    boolean quiet) {}
