package dev.headroom.spec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The schema of the document for editors (JSON Schema, draft 2020-12), made from the same records
 * that bind it. {@code # yaml-language-server: $schema=scaledapp.schema.json} in the first line of
 * a document turns it on. It describes a whole document; of an overlay it says what is missing.
 */
public final class JsonSchema {
  private static final String ID = "https://headroom.dev/schema/v1alpha1/scaledapp.schema.json";
  private static final String LABEL = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";
  private static final String VARIABLE = "^[A-Za-z_][A-Za-z0-9_]*$";

  private JsonSchema() {}

  /** The schema as JSON text. */
  public static String ofScaledApp() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("$id", ID);
    schema.put("title", ScaledApp.KIND);
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("apiVersion", Map.of("const", ScaledApp.API_VERSION));
    properties.put("kind", Map.of("const", ScaledApp.KIND));
    properties.put("metadata", metadata());
    properties.put("spec", section(ScaledApp.class, List.of("services")));
    schema.putAll(object(properties, List.of("apiVersion", "kind", "metadata", "spec")));
    return Json.print(schema);
  }

  private static Map<String, Object> metadata() {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("name", of("type", "string", "pattern", LABEL));
    properties.put("namespace", Map.of("type", "string"));
    properties.put("labels", Map.of("type", "object"));
    properties.put("annotations", Map.of("type", "object"));
    return object(properties, List.of("name"));
  }

  private static Map<String, Object> section(Class<?> type, List<String> alsoRequired) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>(alsoRequired);
    for (Key key : Key.of(type)) {
      Map<String, Object> property = new LinkedHashMap<>();
      if (key.setting().notYet()) {
        property.put("description", "Not yet: " + key.setting().value());
        property.put("not", Map.of());
      } else {
        property.put("description", key.setting().value());
        property.putAll(key(key));
        defaultOf(key).ifPresent(value -> property.put("default", value));
      }
      properties.put(key.name(), property);
      if (key.setting().required()) {
        required.add(key.name());
      }
    }
    return object(properties, required);
  }

  private static Map<String, Object> object(Map<String, Object> properties, List<String> required) {
    Map<String, Object> schema = of("type", "object", "properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    schema.put("additionalProperties", false);
    return schema;
  }

  private static Map<String, Object> key(Key key) {
    Map<String, Object> one = one(key);
    return switch (key.shape()) {
      case ONE, OPTIONAL -> one;
      case LIST -> {
        Map<String, Object> list = of("type", "array", "items", one);
        if (key.setting().required()) {
          list.put("minItems", 1);
        }
        yield list;
      }
      case MAP ->
          of(
              "type",
              "object",
              "propertyNames",
              Map.of("pattern", key.type() == Value.class ? VARIABLE : LABEL),
              "additionalProperties",
              one);
    };
  }

  private static Map<String, Object> one(Key key) {
    if (key.type() == Value.class) {
      return value();
    }
    Optional<Word<?>> word = Word.of(key.type());
    return word.isPresent() ? word(word.get(), key.setting()) : section(key.type(), List.of());
  }

  private static Map<String, Object> word(Word<?> word, Setting setting) {
    if (word.type().isEnum()) {
      List<String> later = Arrays.asList(setting.notYetWords());
      return of("enum", Word.words(word.type()).stream().filter(w -> !later.contains(w)).toList());
    }
    List<String> types = new ArrayList<>();
    for (Tree.Kind kind : word.kinds()) {
      types.add(
          switch (kind) {
            case TEXT -> "string";
            case INT -> "integer";
            case FLOAT -> "number";
            case BOOL -> "boolean";
            case NULL -> "null";
          });
    }
    Map<String, Object> schema = of("type", types.size() == 1 ? types.getFirst() : types);
    if (!word.pattern().isEmpty()) {
      schema.put("pattern", word.pattern());
    }
    // A bound on text that carries a unit is beyond JSON Schema; `check` tells it.
    if (word.type() == Integer.class || word.type() == RouterSpec.PoolSize.class) {
      if (setting.min() != Long.MIN_VALUE) {
        schema.put("minimum", setting.min());
      }
      if (setting.max() != Long.MAX_VALUE) {
        schema.put("maximum", setting.max());
      }
    }
    return schema;
  }

  private static Map<String, Object> value() {
    List<Object> ways = new ArrayList<>();
    ways.add(of("type", List.of("string", "integer")));
    for (String way : List.of("env", "file", "secret")) {
      ways.add(object(of(way, Map.of("type", "string")), List.of(way)));
    }
    return of("anyOf", ways);
  }

  private static Optional<Object> defaultOf(Key key) {
    String written = key.setting().def();
    if (written.isEmpty()) {
      return Optional.empty();
    }
    if (key.shape() == Key.Shape.LIST) {
      return Optional.of(List.of(written.split(",")));
    }
    return Word.of(key.type()).map(word -> word.printed(word.parse().apply(written).orElseThrow()));
  }

  private static Map<String, Object> of(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
