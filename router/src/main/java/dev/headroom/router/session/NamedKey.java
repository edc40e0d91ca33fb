package dev.headroom.router.session;

import dev.headroom.pgwire.ErrorFields;
import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.sql.SettingChange;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The logical key that a client has named by {@code SET headroom.key}; no server sees it. */
final class NamedKey {
  private static final String SETTING = "headroom.key";

  private @Nullable String name;

  /** Of a text that is nothing but a change of the key. */
  static Optional<SettingChange> change(StatementAnalysis analysis) {
    return analysis.shapes().size() == 1
        ? analysis.shapes().getFirst().setting().filter(NamedKey::isKey)
        : Optional.empty();
  }

  /** Is it changed among other statements? */
  static boolean isAmongOthers(Unit unit) {
    return unit.shapes().size() > 1
        && unit.shapes().stream()
            .flatMap(shape -> shape.setting().stream())
            .anyMatch(NamedKey::isKey);
  }

  private static boolean isKey(SettingChange change) {
    return change.name().equals(SETTING);
  }

  /** Makes the change; the client's answer. */
  byte[] change(StatementAnalysis analysis, SettingChange change) {
    if (change.value().isPresent() && change.scalar().isEmpty()) {
      return Replies.error(
          ErrorFields.error(
              "22023",
              SETTING + ": " + change.value().get() + " (expected: one text in quotes)",
              "",
              ""));
    }
    name = change.scalar().orElse(null);
    boolean reset = analysis.fingerprint().text().startsWith("reset");
    return Replies.complete(reset ? "RESET" : "SET");
  }

  Optional<String> name() {
    return Optional.ofNullable(name);
  }
}
