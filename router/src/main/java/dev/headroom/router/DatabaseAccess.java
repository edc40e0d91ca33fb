package dev.headroom.router;

import dev.headroom.pgwire.Tls;

/**
 * How the router logs in to the servers.
 *
 * @param user the application's user, towards servers and from clients alike
 * @param monitorUser who asks for roles and positions; without {@code pg_monitor} replicas come
 *     back late after a failover, because their timeline is known only from their last restart
 *     point
 * @param servers TLS towards the servers
 */
public record DatabaseAccess(
    String database,
    String user,
    String password,
    String monitorUser,
    String monitorPassword,
    Tls servers) {

  /** The application's user does the monitoring too; no TLS. */
  public DatabaseAccess(String database, String user, String password) {
    this(database, user, password, user, password, Tls.DISABLED);
  }

  /** The same with TLS. */
  public DatabaseAccess with(Tls towardsServers) {
    return new DatabaseAccess(
        database, user, password, monitorUser, monitorPassword, towardsServers);
  }

  @Override
  public String toString() {
    return "DatabaseAccess[" + user + "@" + database + ", passwords redacted]";
  }
}
