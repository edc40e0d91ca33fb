package dev.headroom.advisor;

import dev.headroom.base.UserError;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/**
 * A database of the user's and how to log in to it.
 *
 * @param parameters more of pgjdbc's, for example {@code sslmode}
 */
public record DatabaseTarget(
    String host,
    int port,
    String database,
    String user,
    String password,
    Map<String, String> parameters) {
  private static final int DEFAULT_PORT = 5432;
  private static final String EXPECTED =
      "(expected: postgres://user:password@host:port/database, with ?sslmode=require and the like"
          + " behind it)";

  public DatabaseTarget {
    parameters = Map.copyOf(parameters);
  }

  /**
   * Reads a libpq URL.
   *
   * @param place where it was written, for messages: the URL itself may hold a password
   * @throws UserError when it is none
   */
  public static DatabaseTarget of(String place, String url) {
    try {
      URI uri = new URI(url);
      boolean known = "postgres".equals(uri.getScheme()) || "postgresql".equals(uri.getScheme());
      String login = uri.getRawUserInfo();
      if (known
          && uri.getHost() != null
          && login != null
          && uri.getPath() != null
          && uri.getPath().length() > 1) {
        int colon = login.indexOf(':');
        return new DatabaseTarget(
            uri.getHost(),
            uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
            uri.getPath().substring(1),
            decoded(colon < 0 ? login : login.substring(0, colon)),
            colon < 0 ? "" : decoded(login.substring(colon + 1)),
            parameters(uri.getRawQuery() == null ? "" : uri.getRawQuery()));
      }
    } catch (URISyntaxException e) {
      // Falls through to the one message there is; the exception's own would print the password.
    }
    throw UserError.usage(place + ": (redacted) " + EXPECTED);
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        found.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
      }
    }
    return found;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** The same database on another server of the group. */
  public DatabaseTarget at(String otherHost, int otherPort) {
    return new DatabaseTarget(otherHost, otherPort, database, user, password, parameters);
  }

  /** A session that names itself, in autocommit. */
  public Connection connect() throws SQLException {
    Properties login = new Properties();
    parameters.forEach(login::setProperty);
    login.setProperty("user", user);
    login.setProperty("password", password);
    login.setProperty("ApplicationName", "headroom advise");
    login.setProperty("connectTimeout", "5");
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(host, port, database), login);
  }

  /**
   * A session that can only read, whose statements end after ten seconds.
   *
   * @throws UserError when it cannot be reached
   */
  public Connection connectReadOnly() {
    try {
      Connection connection = connect();
      try (java.sql.Statement set = connection.createStatement()) {
        set.execute("SET default_transaction_read_only = on");
        set.execute("SET statement_timeout = '10s'");
        set.execute("SET lock_timeout = '1s'");
      }
      return connection;
    } catch (SQLException e) {
      throw UserError.machine(
          "%s cannot be reached: %s; check host, port, user and password"
              .formatted(this, e.getMessage()),
          e);
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "%s at %s:%d".formatted(database, host, port);
  }
}
