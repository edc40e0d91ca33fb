package dev.headroom.runtime;

import java.net.InetSocketAddress;

/**
 * How to reach the database as the application.
 *
 * @param host of whom to ask: the router, or the primary for a migration
 */
public record DatabaseAccess(String host, int port, String database, String user, String password) {

  public DatabaseAccess at(InetSocketAddress address) {
    return new DatabaseAccess(address.getHostString(), address.getPort(), database, user, password);
  }

  /**
   * {@code postgres://user:password@host:port/database}; the generated password needs no escape.
   */
  public String url() {
    return "postgres://%s:%s@%s:%d/%s".formatted(user, password, host, port, database);
  }

  public String jdbcUrl() {
    return "jdbc:postgresql://%s:%d/%s?user=%s&password=%s&sslmode=disable"
        .formatted(host, port, database, user, password);
  }

  @Override
  public String toString() {
    return "postgres://%s@%s:%d/%s".formatted(user, host, port, database);
  }
}
