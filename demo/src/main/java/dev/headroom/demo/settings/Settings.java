package dev.headroom.demo.settings;

import java.util.Map;
import java.util.Optional;

/** The environment of a process, read by name and type. */
public record Settings(Map<String, String> values) {
  public Settings {
    values = Map.copyOf(values);
  }

  public static Settings ofEnvironment() {
    return new Settings(System.getenv());
  }

  /** The value; an empty one counts as absent. */
  public Optional<String> find(String name) {
    return Optional.ofNullable(values.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  public String text(String name, String fallback) {
    return find(name).orElse(fallback);
  }

  public int number(String name, int fallback, int min, int max) {
    String value = values.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      return fallback;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Falls through to the same complaint as a number out of range.
    }
    throw new WrongUse(
        name + ": " + value + " (expected: a number from " + min + " to " + max + ")");
  }

  public double ratio(String name, double fallback, double max) {
    String value = values.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      return fallback;
    }
    try {
      double number = Double.parseDouble(value);
      if (number >= 0 && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Falls through to the same complaint as a number out of range.
    }
    throw new WrongUse(name + ": " + value + " (expected: a number from 0 to " + max + ")");
  }
}
