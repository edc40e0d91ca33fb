package dev.headroom.demo.db;

import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.settings.WrongUse;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The database's address in the driver's own form. */
public final class DatabaseUrl {
  private DatabaseUrl() {}

  /**
   * From {@code JDBC_DATABASE_URL}, else {@code DATABASE_URL} ({@code postgres://user:pw@host/db}).
   */
  public static String of(Settings settings) {
    return settings
        .find("JDBC_DATABASE_URL")
        .or(() -> settings.find("DATABASE_URL").map(DatabaseUrl::toJdbc))
        .orElseThrow(
            () ->
                new WrongUse(
                    "DATABASE_URL is not set (expected: postgres://user:password@host:port/db, or"
                        + " JDBC_DATABASE_URL)"));
  }

  static String toJdbc(String url) {
    if (url.startsWith("jdbc:")) {
      return url;
    }
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new WrongUse(
          "DATABASE_URL is malformed (expected: postgres://user:password@host:port/db)");
    }
    if (uri.getHost() == null || uri.getPath() == null) {
      throw new WrongUse(
          "DATABASE_URL names no host or database (expected:"
              + " postgres://user:password@host:port/db)");
    }
    StringBuilder jdbc = new StringBuilder("jdbc:postgresql://").append(uri.getHost());
    if (uri.getPort() > 0) {
      jdbc.append(':').append(uri.getPort());
    }
    jdbc.append(uri.getPath());
    char separator = '?';
    String login = Optional.ofNullable(uri.getUserInfo()).orElse("");
    if (!login.isEmpty()) {
      int colon = login.indexOf(':');
      jdbc.append(separator)
          .append("user=")
          .append(encode(colon < 0 ? login : login.substring(0, colon)));
      separator = '&';
      if (colon >= 0) {
        jdbc.append("&password=").append(encode(login.substring(colon + 1)));
      }
    }
    if (uri.getRawQuery() != null) {
      jdbc.append(separator).append(uri.getRawQuery());
    }
    return jdbc.toString();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
