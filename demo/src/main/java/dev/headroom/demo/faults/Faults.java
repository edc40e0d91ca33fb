package dev.headroom.demo.faults;

import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.settings.WrongUse;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** The faults that are on. */
public final class Faults {
  private final EnumSet<Fault> on;

  private Faults(EnumSet<Fault> on) {
    this.on = on;
  }

  public static Faults of(Settings settings) {
    return parse(settings.text("DEMO_FAULTS", "all"));
  }

  public static Faults only(Collection<Fault> faults) {
    EnumSet<Fault> on = EnumSet.noneOf(Fault.class);
    on.addAll(faults);
    return new Faults(on);
  }

  /**
   * Reads {@code all}, {@code none}, or a comma list: {@code id} adds, {@code -id} removes. A list
   * that begins with a removal starts from all.
   */
  public static Faults parse(String text) {
    EnumSet<Fault> on =
        text.startsWith("-") ? EnumSet.allOf(Fault.class) : EnumSet.noneOf(Fault.class);
    for (String part : text.split(",")) {
      String word = part.strip();
      switch (word) {
        case "" -> {}
        case "all" -> on.addAll(EnumSet.allOf(Fault.class));
        case "none" -> on.clear();
        default -> {
          if (word.startsWith("-")) {
            on.remove(find(word.substring(1)));
          } else {
            on.add(find(word));
          }
        }
      }
    }
    return new Faults(on);
  }

  private static Fault find(String id) {
    return Arrays.stream(Fault.values())
        .filter(fault -> fault.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new WrongUse(
                    "DEMO_FAULTS: "
                        + id
                        + " (expected: all, none, or of "
                        + Arrays.stream(Fault.values())
                            .map(Fault::id)
                            .collect(Collectors.joining(" "))
                        + ")"));
  }

  public boolean on(Fault fault) {
    return on.contains(fault);
  }

  public boolean off(Fault fault) {
    return !on.contains(fault);
  }

  public Set<Fault> all() {
    return on.clone();
  }

  @Override
  public String toString() {
    return on.isEmpty() ? "none" : on.stream().map(Fault::id).collect(Collectors.joining(","));
  }
}
