package dev.headroom.gateway.cache;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The directives that a shared cache acts upon: RFC 9111, section 5.2.
 *
 * @param maxAge seconds; -1 when not given
 * @param sharedMaxAge {@code s-maxage}; -1 when not given
 * @param staleWhileRevalidate seconds: RFC 5861, section 3; -1 when not given
 */
public record CacheControl(
    boolean noStore,
    boolean noCache,
    boolean isPrivate,
    boolean isPublic,
    boolean mustRevalidate,
    boolean noTransform,
    boolean onlyIfCached,
    long maxAge,
    long sharedMaxAge,
    long staleWhileRevalidate) {
  static final CacheControl NONE =
      new CacheControl(false, false, false, false, false, false, false, -1, -1, -1);

  /**
   * Reads the field. Of a directive that is given twice the stricter counts, and a length that is
   * no number is no freshness at all (section 4.2.1). {@code private} and {@code no-cache} with
   * field names count as without.
   */
  public static CacheControl parse(@Nullable String field) {
    if (field == null) {
      return NONE;
    }
    boolean noStore = false;
    boolean noCache = false;
    boolean isPrivate = false;
    boolean isPublic = false;
    boolean mustRevalidate = false;
    boolean noTransform = false;
    boolean onlyIfCached = false;
    long maxAge = -1;
    long sharedMaxAge = -1;
    long stale = -1;
    int i = 0;
    while (i < field.length()) {
      int end = end(field, i);
      String directive = field.substring(i, end).trim();
      int equals = directive.indexOf('=');
      String name =
          (equals < 0 ? directive : directive.substring(0, equals)).trim().toLowerCase(Locale.ROOT);
      String value = equals < 0 ? "" : directive.substring(equals + 1).trim();
      switch (name) {
        case "no-store" -> noStore = true;
        case "no-cache" -> noCache = true;
        case "private" -> isPrivate = true;
        case "public" -> isPublic = true;
        case "must-revalidate", "proxy-revalidate" -> mustRevalidate = true;
        case "no-transform" -> noTransform = true;
        case "only-if-cached" -> onlyIfCached = true;
        case "max-age" -> maxAge = shorter(maxAge, seconds(value));
        case "s-maxage" -> sharedMaxAge = shorter(sharedMaxAge, seconds(value));
        case "stale-while-revalidate" -> stale = shorter(stale, seconds(value));
        default -> {
          // An extension, to be ignored: section 5.2.3.
        }
      }
      i = end + 1;
    }
    return new CacheControl(
        noStore,
        noCache,
        isPrivate,
        isPublic,
        mustRevalidate,
        noTransform,
        onlyIfCached,
        maxAge,
        sharedMaxAge,
        stale);
  }

  /* The comma after the directive, not one in quotes. */
  private static int end(String field, int from) {
    boolean quoted = false;
    for (int i = from; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && quoted) {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        return i;
      }
    }
    return field.length();
  }

  private static long shorter(long known, long next) {
    return known < 0 ? next : Math.min(known, next);
  }

  /** Delta-seconds, perhaps in quotes; 0 when it is none. */
  static long seconds(String value) {
    String digits =
        value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
            ? value.substring(1, value.length() - 1)
            : value;
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return 0;
    }
    return digits.length() > 10 ? 1L << 31 : Math.min(1L << 31, Long.parseLong(digits));
  }

  /** Says how long the response is fresh. */
  boolean hasLifetime() {
    return maxAge >= 0 || sharedMaxAge >= 0;
  }

  /** Lets a shared cache keep an answer to a request with credentials: section 3.5. */
  boolean permitsCredentials() {
    return isPublic || mustRevalidate || sharedMaxAge >= 0;
  }
}
