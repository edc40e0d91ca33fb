package dev.headroom.demo.traffic.users;

import dev.headroom.demo.traffic.load.Endpoint;
import java.util.function.LongConsumer;

/**
 * What one arrival is going to do.
 *
 * @param endpoint what it asks for first
 * @param make does it; the argument is when it was due
 */
public record Visit(Endpoint endpoint, LongConsumer make) {}
