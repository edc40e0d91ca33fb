package dev.headroom.router.pool;

/**
 * A connection to a server, at one moment.
 *
 * @param pool that it belongs to
 * @param state active or idle
 * @param pid of the backend
 * @param stateMillis how long it has been in that state
 * @param prepared statements that are prepared there
 */
public record ServerFigures(
    PoolName pool, String state, int pid, long stateMillis, int prepared, boolean encrypted) {}
