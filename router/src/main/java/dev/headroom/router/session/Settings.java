package dev.headroom.router.session;

import dev.headroom.sql.SettingChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The settings of a client: by name, the statement that makes each. Immutable maps, so that a
 * server connection can be compared with what its next client wants.
 */
final class Settings {
  private Settings() {}

  /** From a start-up message, {@code options} included. */
  static Map<String, String> ofStartup(Map<String, String> parameters) {
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
    return Collections.unmodifiableSortedMap(settings);
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

  /** {@code settings} after {@code change}; a reset goes back to what the start-up asked for. */
  static Map<String, String> changed(
      Map<String, String> settings, SettingChange change, Map<String, String> atStartup) {
    SortedMap<String, String> now = new TreeMap<>(settings);
    String name = change.name();
    if (change.value().isPresent()) {
      String value = change.value().get();
      now.put(
          name,
          name.equals("timezone") ? "SET TIME ZONE " + value : "SET " + name + " TO " + value);
    } else if (atStartup.containsKey(name)) {
      now.put(name, atStartup.get(name));
    } else {
      now.remove(name);
    }
    return Collections.unmodifiableSortedMap(now);
  }

  /** What turns a server with {@code present} into one with {@code wanted}; may be empty. */
  static String difference(Map<String, String> present, Map<String, String> wanted) {
    if (present.equals(wanted)) {
      return "";
    }
    StringBuilder sql = new StringBuilder();
    for (String name : present.keySet()) {
      if (!wanted.containsKey(name)) {
        sql.append("RESET ").append(quoteName(name)).append(';');
      }
    }
    wanted.forEach(
        (name, statement) -> {
          if (!statement.equals(present.get(name))) {
            sql.append(statement).append(';');
          }
        });
    return sql.toString();
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
