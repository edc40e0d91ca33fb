package dev.headroom.spec;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Endpoints by method and route template: {@code GET /api/**}, {@code /api/users/{id}}.
 *
 * @param path a template, or a prefix that ends in {@code **}
 */
public record EndpointPattern(Optional<String> method, String path) {
  static final String EXPECTED =
      "an endpoint, for example GET /api/search or /api/**, with ** only at its end";
  static final String PATTERN = "^([A-Z]{1,20} )?/[^\\s?#*]*(\\*\\*)?$";
  private static final Pattern FORM =
      Pattern.compile("(?:([A-Z]{1,20}) +)?(/[^\\s?#*]*(?:\\*\\*)?)");

  /** Empty when {@code text} is no pattern. */
  public static Optional<EndpointPattern> parse(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    return matcher.matches()
        ? Optional.of(new EndpointPattern(Optional.ofNullable(matcher.group(1)), matcher.group(2)))
        : Optional.empty();
  }

  /** Whether an endpoint is one of these. */
  public boolean matches(String otherMethod, String route) {
    return method.filter(m -> !m.equals(otherMethod)).isEmpty()
        && (path.endsWith("**")
            ? route.startsWith(path.substring(0, path.length() - 2))
            : route.equals(path));
  }

  @Override
  public String toString() {
    return method.map(m -> m + " ").orElse("") + path;
  }
}
