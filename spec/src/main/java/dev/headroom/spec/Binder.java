package dev.headroom.spec;

import dev.headroom.base.Problem;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns a {@link Tree} into records by their components. A value that is wrong is told to {@link
 * Problems} and stands in as if it were absent, so that the rest is still looked at.
 */
final class Binder {
  /* One name of a Kubernetes Secret and one of its keys; never a way out of the folder. */
  private static final Pattern SECRET =
      Pattern.compile(
          "([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)/([-_a-zA-Z0-9][-._a-zA-Z0-9]{0,252})");

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final int LONGEST_KEY_COMPARED = 100;

  private final Problems problems;

  Binder(Problems problems) {
    this.problems = problems;
  }

  /**
   * A section; empty only when a value without which it cannot be is missing or wrong.
   *
   * @param place where a missing key is told
   * @param preset values of components that are no keys
   */
  <R extends Record> Optional<R> section(
      Class<R> type, Tree.Mapping map, Place place, String path, Map<String, Object> preset) {
    List<Key> keys = Key.of(type);
    unknownKeys(map, keys.stream().map(Key::name).toList(), path);
    Map<String, Object> values = new HashMap<>(preset);
    for (Key key : keys) {
      String keyPath = path + "." + key.name();
      Tree.Entry entry = map.entries().get(key.name());
      Object value =
          entry == null ? null : value(key, entry.value(), entry.key(), keyPath).orElse(null);
      if (entry == null && key.setting().required()) {
        problems.add(place, keyPath, "", key.setting().value() + " It must be there", "");
      }
      if (value == null) {
        value = absent(key, place, keyPath).orElse(null);
      }
      if (value != null) {
        values.put(
            key.component().getName(),
            notBelow(key, value, values, entry == null ? null : entry.value(), keyPath));
      }
    }
    return construct(type, values);
  }

  /** Tells every key of {@code map} that is not one of {@code valid}. */
  void unknownKeys(Tree.Mapping map, List<String> valid, String path) {
    map.entries()
        .forEach(
            (name, entry) -> {
              if (!valid.contains(name)) {
                problems.add(
                    entry.key(),
                    path.isEmpty() ? shortened(name) : path + "." + shortened(name),
                    "unknown key",
                    valid.size() > 12
                        ? "a key of this section"
                        : "one of " + String.join(", ", valid),
                    suggestion(name, valid));
              }
            });
  }

  static String suggestion(String written, Iterable<String> valid) {
    return written.length() > LONGEST_KEY_COMPARED
        ? ""
        : Problem.nearest(written, valid).map(near -> "did you mean " + near + "?").orElse("");
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_KEY_COMPARED
        ? name.replaceAll("\\p{Cntrl}", " ")
        : name.substring(0, LONGEST_KEY_COMPARED).replaceAll("\\p{Cntrl}", " ") + "…";
  }

  private Optional<Object> value(Key key, Tree tree, Place place, String path) {
    if (key.setting().notYet()) {
      problems.add(
          place,
          path,
          "not yet",
          "no such key in this version: it is known, but not built yet",
          "take it out");
      return Optional.empty();
    }
    return switch (key.shape()) {
      case ONE -> one(key, tree, place, path);
      case OPTIONAL ->
          one(key, tree, place, path)
              .map(
                  value ->
                      value instanceof Integer number
                          ? OptionalInt.of(number)
                          : Optional.of(value));
      case LIST -> list(key, tree, path);
      case MAP -> map(key, tree, path);
    };
  }

  private Optional<Object> list(Key key, Tree tree, String path) {
    if (!(tree instanceof Tree.Sequence list)) {
      String hint =
          tree instanceof Tree.Scalar scalar && scalar.kind() == Tree.Kind.TEXT
              ? "write [" + String.join(", ", scalar.describe().trim().split("\\s+")) + "]"
              : "";
      problems.add(tree.place(), path, tree.describe(), "a list", hint);
      return Optional.empty();
    }
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < list.items().size(); i++) {
      Tree item = list.items().get(i);
      one(key, item, item.place(), path + "[" + i + "]").ifPresent(values::add);
    }
    if (list.items().isEmpty() && key.setting().required()) {
      problems.add(list.place(), path, "an empty list", key.setting().value(), "");
    }
    return Optional.of(values);
  }

  private Optional<Object> map(Key key, Tree tree, String path) {
    if (!(tree instanceof Tree.Mapping map)) {
      problems.add(tree.place(), path, tree.describe(), "a map", "");
      return Optional.empty();
    }
    Map<String, Object> values = new LinkedHashMap<>();
    map.entries()
        .forEach(
            (name, entry) ->
                one(key, entry.value(), entry.key(), path + "." + shortened(name))
                    .ifPresent(value -> values.put(name, value)));
    return Optional.of(values);
  }

  private Optional<Object> one(Key key, Tree tree, Place place, String path) {
    if (key.type() == Value.class) {
      return reference(tree, path).map(value -> value);
    }
    Optional<Word<?>> word = Word.of(key.type());
    if (word.isPresent()) {
      return word(word.get(), key.setting(), tree, path);
    }
    if (tree instanceof Tree.Mapping map) {
      return section(key.type().asSubclass(Record.class), map, place, path, Map.of())
          .map(value -> value);
    }
    String keys = Key.of(key.type()).stream().map(Key::name).collect(Collectors.joining(", "));
    problems.add(tree.place(), path, tree.describe(), "a map with keys of " + keys, "");
    return Optional.empty();
  }

  private <T> Optional<Object> word(Word<T> word, Setting setting, Tree tree, String path) {
    Optional<T> value = tree instanceof Tree.Scalar scalar ? word.read(scalar) : Optional.empty();
    if (value.isEmpty()) {
      problems.add(tree.place(), path, tree.describe(), word.expected(), hint(word, tree));
      return Optional.empty();
    }
    if (Arrays.asList(setting.notYetWords()).contains(word.print().apply(value.get()))) {
      problems.add(tree.place(), path, tree.describe() + " is not yet built", word.expected(), "");
      return Optional.empty();
    }
    Optional<String> bounds = word.outOfBounds(value.get(), setting);
    if (bounds.isPresent()) {
      problems.add(tree.place(), path, tree.describe(), bounds.get(), "");
      return Optional.empty();
    }
    return Optional.of(value.get());
  }

  /* The likely mistakes: another word of the enum, a number without its unit, one in quotes. */
  private static String hint(Word<?> word, Tree tree) {
    if (!(tree instanceof Tree.Scalar scalar)) {
      return "";
    }
    if (word.type().isEnum()) {
      return suggestion(scalar.text(), Word.words(word.type()));
    }
    String bare = scalar.text().trim();
    for (String unit : List.of("s", "%", "/min", "Mi")) {
      if (bare.matches("[0-9]{1,9}") && word.parse().apply(bare + unit).isPresent()) {
        return word.parse().apply(bare).isPresent() ? "" : "did you mean " + bare + unit + "?";
      }
    }
    return scalar.kind() == Tree.Kind.TEXT && word.parse().apply(bare).isPresent()
        ? "without quotes"
        : "";
  }

  private Optional<Value> reference(Tree tree, String path) {
    if (tree instanceof Tree.Scalar scalar) {
      return literal(scalar, path);
    }
    if (tree instanceof Tree.Mapping map
        && map.entries().size() == 1
        && map.entries().values().iterator().next().value() instanceof Tree.Scalar target) {
      String text = target.text();
      switch (map.entries().keySet().iterator().next()) {
        case "env" -> {
          if (VARIABLE.matcher(text).matches()) {
            return Optional.of(new Value.Env(text));
          }
          problems.add(
              target.place(), path + ".env", target.describe(), "the name of a variable", "");
          return Optional.empty();
        }
        case "file" -> {
          if (!text.isBlank() && text.indexOf('\0') < 0) {
            return Optional.of(new Value.File(Path.of(text)));
          }
          problems.add(target.place(), path + ".file", target.describe(), "a path", "");
          return Optional.empty();
        }
        case "secret" -> {
          var matcher = SECRET.matcher(text);
          if (matcher.matches()) {
            return Optional.of(new Value.Secret(matcher.group(1), matcher.group(2)));
          }
          problems.add(
              target.place(),
              path + ".secret",
              target.describe(),
              "name/key of a secret, for example smtp/password",
              "");
          return Optional.empty();
        }
        default -> {
          // Told below.
        }
      }
    }
    problems.add(
        tree.place(),
        path,
        tree.describe(),
        "text, {env: VARIABLE}, {file: path} or {secret: name/key}",
        "");
    return Optional.empty();
  }

  private Optional<Value> literal(Tree.Scalar scalar, String path) {
    Optional<Word<?>> text = Word.of(String.class);
    Optional<?> read = text.orElseThrow().read(scalar);
    if (read.isEmpty()) {
      problems.add(scalar.place(), path, scalar.describe(), text.get().expected(), "");
      return Optional.empty();
    }
    if (scalar.text().equals(EffectiveDocument.REDACTED)) {
      problems.add(
          scalar.place(),
          path,
          scalar.text(),
          "the value itself: this document was printed with its secrets left out",
          "");
      return Optional.empty();
    }
    return Optional.of(new Value.Literal(scalar.text()));
  }

  /** What a key has that is not written; empty when nothing can stand in. */
  private Optional<Object> absent(Key key, Place place, String path) {
    String written = key.setting().def();
    Optional<Word<?>> word = Word.of(key.type());
    return switch (key.shape()) {
      case OPTIONAL ->
          Optional.of(
              key.component().getType() == OptionalInt.class
                  ? OptionalInt.empty()
                  : Optional.empty());
      case MAP -> Optional.of(Map.of());
      case LIST -> Optional.of(written.isEmpty() ? List.of() : List.of(written.split(",")));
      case ONE -> {
        if (word.isPresent()) {
          yield written.isEmpty()
              ? Optional.ofNullable(key.type() == String.class ? "" : null)
              : Optional.of(word.get().parse().apply(written).orElseThrow());
        }
        yield key.isSection()
            ? section(
                    key.type().asSubclass(Record.class),
                    Tree.Mapping.empty(place),
                    place,
                    path,
                    Map.of())
                .map(value -> value)
            : Optional.empty();
      }
    };
  }

  /** Holds {@link Setting#atLeast}. */
  private Object notBelow(
      Key key, Object value, Map<String, Object> values, @Nullable Tree written, String path) {
    if (!(value instanceof Integer number)
        || !(values.get(key.setting().atLeast()) instanceof Integer lower)
        || number >= lower) {
      return value;
    }
    if (written != null && !problems.concern(path)) {
      problems.add(
          written.place(),
          path,
          written.describe(),
          "at least " + lower + ", which is " + key.setting().atLeast(),
          "");
    }
    return lower;
  }

  private static <R extends Record> Optional<R> construct(
      Class<R> type, Map<String, Object> values) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
    Object[] arguments = Arrays.stream(components).map(c -> values.get(c.getName())).toArray();
    if (Arrays.asList(arguments).contains(null)) {
      return Optional.empty();
    }
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      return Optional.of(constructor.newInstance(arguments));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + type.getName() + " of " + values, e);
    }
  }
}
