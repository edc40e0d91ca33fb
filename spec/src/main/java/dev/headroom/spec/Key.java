package dev.headroom.spec;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One key of a section: a component of its record.
 *
 * @param type of the value, inside {@code Optional}, {@code List} or {@code Map} if it is one
 */
record Key(String name, Setting setting, Shape shape, Class<?> type, RecordComponent component) {

  /** How many values a key has. */
  enum Shape {
    ONE,
    OPTIONAL,
    LIST,
    MAP
  }

  /** The keys of a section in their order; components without a {@link Setting} are no keys. */
  static List<Key> of(Class<?> section) {
    return Arrays.stream(section.getRecordComponents()).flatMap(c -> of(c).stream()).toList();
  }

  private static Optional<Key> of(RecordComponent component) {
    Setting setting = component.getAnnotation(Setting.class);
    if (setting == null) {
      return Optional.empty();
    }
    String name = setting.key().isEmpty() ? component.getName() : setting.key();
    Class<?> raw = component.getType();
    Shape shape = Shape.ONE;
    Class<?> type = raw;
    if (raw == java.util.OptionalInt.class) {
      shape = Shape.OPTIONAL;
      type = int.class;
    } else if (component.getGenericType() instanceof ParameterizedType parameterized) {
      Type[] arguments = parameterized.getActualTypeArguments();
      type = (Class<?>) arguments[arguments.length - 1];
      shape = raw == Optional.class ? Shape.OPTIONAL : raw == List.class ? Shape.LIST : Shape.MAP;
    }
    return Optional.of(new Key(name, setting, shape, type, component));
  }

  /** Is the value a map with the keys of a record? */
  boolean isSection() {
    return type.isRecord() && Word.of(type).isEmpty();
  }

  /** The value in {@code section}. */
  Object get(Record section) {
    try {
      return component.getAccessor().invoke(section);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }
}
