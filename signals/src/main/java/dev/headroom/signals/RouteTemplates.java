package dev.headroom.signals;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names for endpoints when only the path is known: parts that look like identifiers become {@code
 * {id}}, so that {@code /api/issues/17} and {@code /api/issues/18} are one endpoint. Bounded: after
 * so many names the others share one. Thread-safe.
 */
public final class RouteTemplates {
  /**
   * Paths that no service answered, or that were asked for in vain and never before with success.
   */
  public static final String UNMATCHED = "/**(unmatched)";

  /** Paths beyond the bound. */
  public static final String OTHER = "/**(other)";

  private static final String ID = "{id}";
  private static final int MAX_SEGMENTS = 10;
  private static final int MAX_SEGMENT = 64;
  private static final Set<String> ASSET_FOLDERS = Set.of("assets", "static", "_next", "webjars");

  private final int max;
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final LearnedRoutes learned = new LearnedRoutes();

  public RouteTemplates(int max) {
    this.max = max;
  }

  /**
   * The application has named one of its routes: paths that fit are called so from now on. These
   * have a bound of their own.
   */
  public void learn(String route) {
    learned.learn(route);
  }

  /**
   * The name of an exchange.
   *
   * @param status of its response: a 404 does not make a name, or else scanners would use them up
   */
  public String name(String path, int status) {
    String route = learned.find(path);
    if (route != null) {
      return route;
    }
    String template = template(path);
    if (known.contains(template)) {
      return template;
    }
    if (status == 404 || status == 400 || status == 405) {
      return UNMATCHED;
    }
    if (known.size() >= max) {
      return OTHER;
    }
    known.add(template);
    return template;
  }

  /** The path with its identifiers taken out, whether or not it has been seen before. */
  public static String template(String path) {
    StringBuilder template = new StringBuilder(path.length());
    int end = endOfPath(path);
    int segments = 0;
    int from = 0;
    while (from < end) {
      int to = path.indexOf('/', from);
      if (to < 0 || to > end) {
        to = end;
      }
      if (to > from) {
        if (++segments > MAX_SEGMENTS) {
          return template.append("/**").toString();
        }
        String segment = withoutParameters(path.substring(from, to));
        template.append('/').append(name(segment, to == end));
        if (to + 1 < end && ASSET_FOLDERS.contains(segment)) {
          return template.append("/**").toString();
        }
      }
      from = to + 1;
    }
    return template.isEmpty() ? "/" : template.toString();
  }

  private static int endOfPath(String path) {
    int query = path.indexOf('?');
    return query < 0 ? path.length() : query;
  }

  private static String withoutParameters(String segment) {
    int semicolon = segment.indexOf(';');
    return semicolon < 0 ? segment : segment.substring(0, semicolon);
  }

  private static String name(String segment, boolean last) {
    if (isIdentifier(segment)) {
      return ID;
    }
    int dot = segment.lastIndexOf('.');
    if (last && dot > 0 && segment.length() - dot <= 6) {
      return fileName(segment, dot);
    }
    return segment;
  }

  /* `17.png` is {id}.png, `app.3f9a2b1c.js` and `app-3f9a2b1c.js` are app.{hash}.js and so on. */
  private static String fileName(String file, int dot) {
    String stem = file.substring(0, dot);
    String extension = file.substring(dot);
    if (isIdentifier(stem)) {
      return ID + extension;
    }
    int cut = Math.max(stem.lastIndexOf('.'), stem.lastIndexOf('-'));
    if (cut > 0 && isFingerprint(stem, cut + 1)) {
      return stem.substring(0, cut + 1) + "{hash}" + extension;
    }
    return file;
  }

  private static boolean isFingerprint(String text, int from) {
    boolean digit = false;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isDigit(c) && !isLetter(c) && c != '_') {
        return false;
      }
      digit |= isDigit(c);
    }
    return digit && text.length() - from >= 8;
  }

  private static boolean isIdentifier(String segment) {
    int length = segment.length();
    if (length > MAX_SEGMENT) {
      return true;
    }
    int digits = 0;
    int letters = 0;
    int hex = 0;
    int hyphens = 0;
    int others = 0;
    for (int i = 0; i < length; i++) {
      char c = segment.charAt(i);
      if (isDigit(c)) {
        digits++;
        hex++;
      } else if (isLetter(c)) {
        letters++;
        hex += (c | 0x20) <= 'f' ? 1 : 0;
      } else if (c == '-' || c == '_') {
        hyphens++;
      } else if (c == '%' || c == '@' || c == ':' || c == ',' || c > 0x7e) {
        return true; // An e-mail address, a list, a name in another alphabet: data, not a route.
      } else {
        others++;
      }
    }
    if (digits == 0) {
      return length >= 32 && hex + hyphens == length;
    }
    if (others > 0) {
      return false;
    }
    boolean number = letters == 0; // Dates as well.
    boolean hash = length >= 16 && hex + hyphens == length; // UUIDs as well.
    boolean token = length >= 20;
    return number || hash || token || isNumbered(segment);
  }

  /* `user-17`, `HR-204`: a word, a hyphen, digits to the end. */
  private static boolean isNumbered(String segment) {
    int cut = Math.max(segment.lastIndexOf('-'), segment.lastIndexOf('_'));
    if (cut <= 0 || cut == segment.length() - 1) {
      return false;
    }
    for (int i = cut + 1; i < segment.length(); i++) {
      if (!isDigit(segment.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    int lower = c | 0x20;
    return lower >= 'a' && lower <= 'z';
  }
}
