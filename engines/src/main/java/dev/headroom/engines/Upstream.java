package dev.headroom.engines;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The server that a standby streams from.
 *
 * @param host where it listens
 * @param port where it listens
 * @param user may replicate
 * @param password of {@code user}
 * @param slot physical replication slot on it, which keeps the WAL this standby still needs
 * @param applicationName what the standby is called in pg_stat_replication and in
 *     synchronous_standby_names
 */
public record Upstream(
    String host, int port, String user, String password, String slot, String applicationName) {

  /** As libpq reads it, see "Keyword/Value Connection Strings" in PostgreSQL's manual. */
  String connectionInfo() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("host", host);
    parameters.put("port", Integer.toString(port));
    parameters.put("user", user);
    parameters.put("password", password);
    parameters.put("application_name", applicationName);
    parameters.put("connect_timeout", "5");
    parameters.put("sslmode", "disable");
    parameters.put("gssencmode", "disable");
    return parameters.entrySet().stream()
        .map(each -> each.getKey() + "='" + escaped(each.getValue()) + "'")
        .collect(Collectors.joining(" "));
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("'", "\\'");
  }

  @Override
  public String toString() {
    return "%s@%s:%d slot %s as %s".formatted(user, host, port, slot, applicationName);
  }
}
