package dev.headroom.spec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The schema of {@code spec} for Kubernetes: OpenAPI v3 as a CustomResourceDefinition wants it, a
 * <em>structural schema</em>, made from the same records that bind the document. It holds types,
 * units and bounds; what must hold between values is beyond it, and told by whoever reads the
 * resource.
 *
 * <p>Defaults are in the descriptions only: the API server would write them into the resource, and
 * there {@code replicas} beside somebody else's {@code primary} is a mistake.
 */
public final class StructuralSchema {
  private static final String NOT_YET =
      "not yet: known, but not built in this version; take it out";

  private StructuralSchema() {}

  /** The schema of {@code spec}, of maps, lists, text, numbers and booleans. */
  public static Map<String, Object> ofSpec() {
    Map<String, Object> schema = section(ScaledApp.class);
    schema.put("description", "The application, and what it needs to scale.");
    schema.put("required", List.of("services"));
    return schema;
  }

  private static Map<String, Object> section(Class<?> type) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (Key key : Key.of(type)) {
      Setting setting = key.setting();
      Map<String, Object> property = new LinkedHashMap<>();
      property.put("description", description(setting));
      property.putAll(key(key));
      if (setting.notYet()) {
        // The rule of a key that is there is false: the API server refuses it, and says why.
        property.put(
            "x-kubernetes-validations", List.of(Map.of("rule", "false", "message", NOT_YET)));
      }
      properties.put(key.name(), property);
      if (setting.required()) {
        required.add(key.name());
      }
    }
    Map<String, Object> schema = of("type", "object", "properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    return schema;
  }

  private static String description(Setting setting) {
    String meaning = setting.notYet() ? "Not yet: " + setting.value() : setting.value();
    return setting.def().isEmpty() || setting.notYet()
        ? meaning
        : meaning + " Default: " + setting.def() + ".";
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
      case MAP -> of("type", "object", "additionalProperties", one);
    };
  }

  private static Map<String, Object> one(Key key) {
    if (key.type() == Value.class) {
      // Text, a number or a reference: no structural schema has a word for that.
      return of("x-kubernetes-preserve-unknown-fields", true);
    }
    Optional<Word<?>> word = Word.of(key.type());
    return word.isPresent() ? word(word.get(), key.setting()) : section(key.type());
  }

  private static Map<String, Object> word(Word<?> word, Setting setting) {
    if (word.type().isEnum()) {
      List<String> later = Arrays.asList(setting.notYetWords());
      return of(
          "type",
          "string",
          "enum",
          Word.words(word.type()).stream().filter(each -> !later.contains(each)).toList());
    }
    boolean text = word.kinds().contains(Tree.Kind.TEXT);
    boolean number = word.kinds().contains(Tree.Kind.INT);
    Map<String, Object> schema;
    if (text && number) {
      schema =
          of(
              "x-kubernetes-int-or-string",
              true,
              "anyOf",
              List.of(Map.of("type", "integer"), Map.of("type", "string")));
    } else {
      schema =
          of(
              "type",
              text ? "string" : word.kinds().contains(Tree.Kind.BOOL) ? "boolean" : "integer");
    }
    if (!word.pattern().isEmpty()) {
      schema.put("pattern", word.pattern());
    }
    // A bound on text that carries a unit is told by whoever reads the resource.
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

  private static Map<String, Object> of(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
