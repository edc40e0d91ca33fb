package dev.headroom.router;

/**
 * A member, at one moment.
 *
 * @param state up, lagging, or why it is not
 * @param lagBytes WAL that it has not replayed; 0 on the primary
 */
record MemberFigures(
    String name, String address, String role, String state, int timeline, long lagBytes) {}
