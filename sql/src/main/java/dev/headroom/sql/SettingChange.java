package dev.headroom.sql;

import java.util.Optional;

/**
 * What a SET or RESET changes.
 *
 * @param scope for how long
 * @param name in lower case, {@code timezone} for SET TIME ZONE; {@code all} for RESET ALL
 * @param value as written after TO or =; empty for RESET and for SET … TO DEFAULT
 */
public record SettingChange(Scope scope, String name, Optional<String> value) {

  /** For how long a setting holds. */
  public enum Scope {
    SESSION,
    LOCAL
  }

  /** The value when it is one string, number or word; empty when it is a list or DEFAULT. */
  public Optional<String> scalar() {
    return value.flatMap(
        text -> {
          SqlTokens tokens = SqlTokens.of(text);
          if (tokens.size() != 1) {
            return Optional.empty();
          }
          return switch (tokens.kind(0)) {
            case STRING ->
                text.startsWith("'")
                    ? Optional.of(text.substring(1, text.length() - 1).replace("''", "'"))
                    : Optional.empty();
            case WORD, QUOTED_NAME -> Optional.of(tokens.name(0));
            case NUMBER -> Optional.of(text);
            default -> Optional.empty();
          };
        });
  }
}
