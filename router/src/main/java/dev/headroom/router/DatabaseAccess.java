package dev.headroom.router;

/**
 * How the router logs in to the servers, and how clients log in to the router.
 *
 * @param user the application's user, towards servers and from clients alike
 * @param monitorUser who asks for roles and positions; without {@code pg_monitor} replicas come
 *     back late after a failover, because their timeline is known only from their last restart
 *     point
 */
public record DatabaseAccess(
    String database, String user, String password, String monitorUser, String monitorPassword) {

  /** The application's user does the monitoring too. */
  public DatabaseAccess(String database, String user, String password) {
    this(database, user, password, user, password);
  }

  @Override
  public String toString() {
    return "DatabaseAccess[" + user + "@" + database + ", passwords redacted]";
  }
}
