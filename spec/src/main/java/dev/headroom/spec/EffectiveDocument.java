package dev.headroom.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * The document as it counts: overlays merged, defaults filled in, values that can be secret left
 * out. What is not redacted reads back to an equal document.
 */
public final class EffectiveDocument {
  static final String REDACTED = "(redacted)";

  private EffectiveDocument() {}

  /** As YAML, keys in the order of the records. */
  public static String print(ScaledApp app) {
    return yaml(app, false);
  }

  /** With the literals; for nobody's eyes. */
  static String printWithLiterals(ScaledApp app) {
    return yaml(app, true);
  }

  /** As maps, lists, text, numbers and booleans, for an API. Literals are redacted. */
  public static Map<String, Object> toMap(ScaledApp app) {
    return document(app, false);
  }

  private static String yaml(ScaledApp app, boolean literals) {
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setIndent(2)
            .setWidth(4096)
            .setSchema(new CoreSchema())
            .setDereferenceAliases(true)
            .build();
    return new Dump(settings).dumpToString(document(app, literals));
  }

  private static Map<String, Object> document(ScaledApp app, boolean literals) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("apiVersion", ScaledApp.API_VERSION);
    document.put("kind", ScaledApp.KIND);
    document.put("metadata", Map.of("name", app.name()));
    document.put("spec", section(app, literals));
    return document;
  }

  private static Map<String, Object> section(Record section, boolean literals) {
    Map<String, Object> printed = new LinkedHashMap<>();
    for (Key key : Key.of(section.getClass())) {
      if (!key.setting().notYet() && !Moot.keys(section).contains(key.name())) {
        value(key.get(section), literals).ifPresent(value -> printed.put(key.name(), value));
      }
    }
    return printed;
  }

  /* Nothing is printed for what is empty: its absence reads back to the same. */
  private static Optional<Object> value(Object value, boolean literals) {
    return switch (value) {
      case OptionalInt number ->
          number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
      case Optional<?> optional -> optional.flatMap(inner -> value(inner, literals));
      case List<?> list -> {
        List<Object> items = new ArrayList<>();
        list.forEach(item -> value(item, literals).ifPresent(items::add));
        yield items.isEmpty() ? Optional.empty() : Optional.of(items);
      }
      case Map<?, ?> map -> {
        Map<String, Object> entries = new LinkedHashMap<>();
        map.forEach(
            (key, item) -> value(item, literals).ifPresent(v -> entries.put((String) key, v)));
        yield entries.isEmpty() ? Optional.empty() : Optional.of(entries);
      }
      case Value reference -> Optional.of(reference(reference, literals));
      default ->
          Word.of(value.getClass())
              .map(word -> word.printed(value))
              .or(() -> Optional.of(section((Record) value, literals)))
              .filter(printed -> !(printed instanceof Map<?, ?> map && map.isEmpty()));
    };
  }

  private static Object reference(Value value, boolean literals) {
    return switch (value) {
      case Value.Literal literal -> literals ? literal.text() : REDACTED;
      case Value.Env env -> Map.of("env", env.variable());
      case Value.File file -> Map.of("file", file.path().toString());
      case Value.Secret secret -> Map.of("secret", secret.name() + "/" + secret.key());
    };
  }
}
