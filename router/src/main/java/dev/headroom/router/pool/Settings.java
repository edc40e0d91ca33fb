package dev.headroom.router.pool;

import dev.headroom.sql.SettingChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a client: by name, the statement that makes each. Immutable; compared on every
 * checkout, so different ones are told apart by their hash in nearly all cases.
 */
public final class Settings {
  /** Of a connection that nobody has used yet. */
  public static final Settings NONE = new Settings(new TreeMap<>());

  private final SortedMap<String, String> statements;
  private final int hash;

  private Settings(SortedMap<String, String> statements) {
    this.statements = statements;
    this.hash = statements.hashCode();
  }

  /** From a start-up message, {@code options} included. */
  public static Settings ofStartup(Map<String, String> parameters) {
    SortedMap<String, String> settings = new TreeMap<>();
    parameters.forEach(
        (name, value) -> {
          switch (name) {
            case "user", "database", "replication" -> {}
            case "options" -> ofOptions(value, settings);
            default -> {
              if (!name.startsWith("_pq_.")) {
                put(settings, name, value);
              }
            }
          }
        });
    return new Settings(settings);
  }

  private static void put(Map<String, String> settings, String name, String value) {
    settings.put(
        name.toLowerCase(java.util.Locale.ROOT),
        "SELECT pg_catalog.set_config(" + quote(name) + ", " + quote(value) + ", false)");
  }

  /* -c name=value and --name=value, apart by spaces; a backslash keeps the next character. */
  private static void ofOptions(String options, Map<String, String> settings) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i <= options.length(); i++) {
      char c = i == options.length() ? ' ' : options.charAt(i);
      if (c == ' ' || c == '\t') {
        if (!word.isEmpty()) {
          words.add(word.toString());
          word.setLength(0);
        }
      } else if (c == '\\' && i + 1 < options.length()) {
        word.append(options.charAt(++i));
      } else {
        word.append(c);
      }
    }
    for (int i = 0; i < words.size(); i++) {
      String option = words.get(i);
      if (option.equals("-c") && i + 1 < words.size()) {
        option = words.get(++i);
      } else if (option.startsWith("-c")) {
        option = option.substring(2);
      } else if (option.startsWith("--")) {
        option = option.substring(2);
      } else {
        continue;
      }
      int equals = option.indexOf('=');
      if (equals > 0) {
        put(settings, option.substring(0, equals).replace('-', '_'), option.substring(equals + 1));
      }
    }
  }

  /** These after {@code change}; a reset goes back to what the start-up asked for. */
  public Settings changed(SettingChange change, Settings atStartup) {
    SortedMap<String, String> now = new TreeMap<>(statements);
    String name = change.name();
    String original = atStartup.statements.get(name);
    if (change.value().isPresent()) {
      String value = change.value().get();
      now.put(
          name,
          switch (name) {
            case "timezone" -> "SET TIME ZONE " + value;
            case DateStyle.NAME ->
                "SET datestyle TO " + DateStyle.after(statements.get(name), value);
            default -> "SET " + name + " TO " + value;
          });
    } else if (original != null) {
      now.put(name, original);
    } else {
      now.remove(name);
    }
    return new Settings(now);
  }

  /** The statement that makes {@code name}, if the client has asked for it. */
  public Optional<String> statement(String name) {
    return Optional.ofNullable(statements.get(name));
  }

  /** What turns a server with {@code present} into one with these; may be empty. */
  public String differenceFrom(Settings present) {
    if (present.equals(this)) {
      return "";
    }
    StringBuilder sql = new StringBuilder();
    for (String name : present.statements.keySet()) {
      if (!statements.containsKey(name)) {
        sql.append("RESET ").append(quoteName(name)).append(';');
      }
    }
    statements.forEach(
        (name, statement) -> {
          String before = present.statements.get(name);
          if (!statement.equals(before)) {
            if (before != null && name.equals(DateStyle.NAME)) {
              // What it does not say shall be the server's, not another client's.
              sql.append("RESET datestyle;");
            }
            sql.append(statement).append(';');
          }
        });
    return sql.toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Settings that
            && hash == that.hash
            && statements.equals(that.statements));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  private static String quote(String text) {
    boolean escape = text.indexOf('\\') >= 0;
    return (escape ? " E'" : "'")
        + text.replace("'", "''").replace("\\", escape ? "\\\\" : "\\")
        + "'";
  }

  /* A name with a dot is two names. */
  private static String quoteName(String name) {
    return name.matches("[a-z_][a-z0-9_$]*(\\.[a-z_][a-z0-9_$]*)*")
        ? name
        : '"' + name.replace("\"", "\"\"") + '"';
  }
}
