package dev.headroom.router.session;

/**
 * A client, at one moment.
 *
 * @param processId as the client was told
 * @param state waiting, active, idle, idle in transaction
 * @param member whose connection it has; empty for none
 * @param serverPid of that connection's backend; 0 for none
 * @param transactions that it has ended
 */
public record ClientFigures(
    int processId,
    String database,
    String user,
    String address,
    String state,
    String member,
    int serverPid,
    boolean pinned,
    long transactions) {}
