package dev.headroom.launcher;

import dev.headroom.base.UserError;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@code postgres://user:password@host:port/database} URL, as libpq reads it. */
record PostgresUrl(
    InetSocketAddress address,
    String database,
    String user,
    String password,
    Map<String, String> parameters) {
  private static final int DEFAULT_PORT = 5432;

  /**
   * @param place where it was written, for the message; the URL itself may hold a password
   */
  static PostgresUrl parse(String place, String url) {
    try {
      URI uri = new URI(url);
      String userInfo = uri.getRawUserInfo();
      boolean known = "postgres".equals(uri.getScheme()) || "postgresql".equals(uri.getScheme());
      if (known && uri.getHost() != null && userInfo != null && uri.getPath().length() > 1) {
        int colon = userInfo.indexOf(':');
        return new PostgresUrl(
            new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort()),
            uri.getPath().substring(1),
            decoded(colon < 0 ? userInfo : userInfo.substring(0, colon)),
            colon < 0 ? "" : decoded(userInfo.substring(colon + 1)),
            parameters(uri.getRawQuery()));
      }
    } catch (URISyntaxException e) {
      // Falls through to the one message there is; the exception's own would print the password.
    }
    throw UserError.usage(
        place + ": (redacted) (expected: postgres://user:password@host:port/database)");
  }

  private static Map<String, String> parameters(@Nullable String query) {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        parameters.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
      }
    }
    return Map.copyOf(parameters);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
