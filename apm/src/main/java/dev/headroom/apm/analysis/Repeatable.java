package dev.headroom.apm.analysis;

import java.util.Locale;
import java.util.regex.Pattern;

/** Which statements say something when they are repeated. */
final class Repeatable {
  private static final Pattern NO_QUESTION =
      Pattern.compile(
          "^(begin|start transaction|commit|rollback|savepoint|release|set|reset|show|discard"
              + "|deallocate|fetch|move|close|declare|prepare|listen|notify|unlisten"
              + "|connect|ping)\\b.*",
          Pattern.DOTALL);

  private static final Pattern ALIVE = Pattern.compile("select (1|\\?|\\$1|'1'|null)\\s*;?");

  /* Several values at once: the loop has been taken care of. */
  private static final Pattern LIST =
      Pattern.compile(
          "\\bin\\s*\\(\\s*[^()\\s,]+\\s*,|\\bany\\s*\\(\\s*(\\$|\\?|:|array|')"
              + "|\\bvalues\\s*\\([^()]*\\)\\s*,",
          Pattern.DOTALL);

  private static final Pattern PAGE = Pattern.compile("\\boffset\\b|\\bfetch (first|next)\\b");
  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\?|\\$[0-9]|(?<!:):[a-z_]|%s|@[a-z_]", Pattern.CASE_INSENSITIVE);

  private static final Pattern LITERAL =
      Pattern.compile("'|(?<![\\w$:.])[0-9]+(\\.[0-9]+)?(?!\\w)");

  private static final Pattern TOLD = Pattern.compile("\ndb\\.(query|operation)\\.parameter\\.");

  private Repeatable() {}

  static boolean is(Call call) {
    String text = call.raw().isEmpty() ? call.text() : call.raw();
    String lower = text.strip().toLowerCase(Locale.ROOT);
    return !lower.isEmpty()
        // Cut off, so unlike ones may look alike.
        && !lower.endsWith("...")
        && !lower.endsWith("…")
        && !NO_QUESTION.matcher(lower).matches()
        && !ALIVE.matcher(lower).matches()
        && !LIST.matcher(lower).find()
        && !PAGE.matcher(lower).find();
  }

  /** Whether what was sent tells its parameters. */
  static boolean showsParameters(Call call) {
    String raw = call.raw();
    return call.kind() == Call.Kind.HTTP
        || TOLD.matcher(raw).find()
        || (!PLACEHOLDER.matcher(raw).find() && LITERAL.matcher(raw).find());
  }
}
