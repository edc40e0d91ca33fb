package dev.headroom.router.session;

import dev.headroom.pgwire.ErrorFields;
import dev.headroom.router.statement.RouteHint;
import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.sql.SettingChange;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings that are the router's own, and that no server sees: the logical key that a client has
 * named by {@code SET headroom.key}, and where it wants its statements by {@code SET
 * headroom.route}.
 */
final class OwnSettings {
  private static final String KEY = "headroom.key";
  private static final String ROUTE = "headroom.route";

  private @Nullable String key;
  private RouteHint route = RouteHint.NONE;

  /** Of a text that is nothing but a change of one of them. */
  static Optional<SettingChange> change(StatementAnalysis analysis) {
    return analysis.shapes().size() == 1
        ? analysis.shapes().getFirst().setting().filter(OwnSettings::isOwn)
        : Optional.empty();
  }

  /** Is one changed among other statements? */
  static boolean isAmongOthers(Unit unit) {
    return unit.shapes().size() > 1
        && unit.shapes().stream()
            .flatMap(shape -> shape.setting().stream())
            .anyMatch(OwnSettings::isOwn);
  }

  private static boolean isOwn(SettingChange change) {
    return change.name().equals(KEY) || change.name().equals(ROUTE);
  }

  /**
   * Makes the change; the client's answer.
   *
   * @param hintsAllowed does the document let clients say where their statements go?
   */
  byte[] change(StatementAnalysis analysis, SettingChange change, boolean hintsAllowed) {
    if (change.value().isPresent() && change.scalar().isEmpty()) {
      return refusal("22023", change, change.value().get(), "one text in quotes", "");
    }
    if (change.name().equals(ROUTE)) {
      if (!hintsAllowed) {
        return Replies.error(
            ErrorFields.error(
                "42501",
                "headroom.route may not be set here",
                "",
                "spec.router.routeHints: true allows it."));
      }
      Optional<RouteHint> wanted =
          change.scalar().map(RouteHint::of).orElse(Optional.of(RouteHint.NONE));
      if (wanted.isEmpty()) {
        return refusal(
            "22023",
            change,
            change.scalar().orElse(""),
            "'primary' or 'replica'",
            "DEFAULT ends it.");
      }
      route = wanted.get();
    } else {
      key = change.scalar().orElse(null);
    }
    boolean reset = analysis.fingerprint().text().startsWith("reset");
    return Replies.complete(reset ? "RESET" : "SET");
  }

  private static byte[] refusal(
      String sqlState, SettingChange change, String value, String expected, String hint) {
    return Replies.error(
        ErrorFields.error(
            sqlState, change.name() + ": " + value + " (expected: " + expected + ")", "", hint));
  }

  /** The key, if one is named. */
  Optional<String> key() {
    return Optional.ofNullable(key);
  }

  RouteHint route() {
    return route;
  }
}
