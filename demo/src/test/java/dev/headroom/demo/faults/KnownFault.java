package dev.headroom.demo.faults;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** An entry of {@code faults.yaml}. */
public record KnownFault(
    String id,
    String kind,
    Fault fault,
    String endpoint,
    Optional<String> query,
    Optional<String> cured,
    Optional<Boolean> visible,
    String measure,
    double times,
    int atLeast) {

  /** All entries of the file. */
  public static List<KnownFault> all() {
    try {
      Object document =
          new Load(LoadSettings.builder().build())
              .loadFromString(Files.readString(Path.of("faults.yaml")));
      return ((List<?>) document).stream().map(entry -> of((Map<?, ?>) entry)).toList();
    } catch (IOException e) {
      throw new AssertionError("faults.yaml cannot be read", e);
    }
  }

  private static KnownFault of(Map<?, ?> entry) {
    Map<?, ?> measure = (Map<?, ?>) requireNonNull(entry.get("measure"), "measure");
    return new KnownFault(
        text(entry, "id").orElseThrow(),
        text(entry, "kind").orElseThrow(),
        Faults.parse(text(entry, "switch").orElseThrow()).all().iterator().next(),
        text(entry, "endpoint").orElseThrow(),
        text(entry, "query"),
        text(entry, "cured"),
        Optional.ofNullable((Boolean) entry.get("visible")),
        text(measure, "by").orElseThrow(),
        text(measure, "times").map(Double::parseDouble).orElse(0.0),
        text(measure, "atLeast").map(Integer::parseInt).orElse(0));
  }

  private static Optional<String> text(Map<?, ?> map, String key) {
    return Optional.ofNullable(map.get(key)).map(Object::toString);
  }

  @Override
  public String toString() {
    return id;
  }
}
