package dev.headroom.signals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what all signals share: resources, scopes, key-values, ids. Byte strings become base64 and
 * maps become JSON text, as {@link Attributes} holds neither. Not thread-safe.
 *
 * @see <a
 *     href="https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto">common.proto</a>
 */
final class AttributeReader {
  /** More attributes on one item are left out, as an SDK's own limit of 128 would. */
  private static final int MOST = 512;

  /** A value nested deeper refuses the request: it has no honest source. */
  private static final int DEEPEST = 16;

  private final ProtoReader in;
  private final StringCache strings;
  private String[] keys = new String[16];
  private Object[] values = new Object[16];
  private int size;

  AttributeReader(ProtoReader in, StringCache strings) {
    this.in = in;
    this.strings = strings;
  }

  /** Starts a new set; {@link #add} fills it. */
  void begin() {
    size = 0;
  }

  /** Reads the current field, a {@code KeyValue}. */
  void add() {
    String key = "";
    Object value = "";
    int outer = in.enter();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> key = text();
        case 2 -> value = anyValue();
        default -> in.skip();
      }
    }
    in.leave(outer);
    if (size == MOST) {
      return;
    }
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
      values = Arrays.copyOf(values, size * 2);
    }
    keys[size] = key;
    values[size++] = value;
  }

  Attributes end() {
    return Attributes.ofPairs(keys, values, size);
  }

  String text() {
    int length = in.length();
    String text = strings.get(in.bytes(), in.position(), length);
    in.advance(length);
    return text;
  }

  /** Attributes of the current field, a {@code Resource}. */
  Attributes resource() {
    begin();
    int outer = in.enter();
    while (in.next()) {
      if (in.field() == 1) {
        add();
      } else {
        in.skip();
      }
    }
    in.leave(outer);
    return end();
  }

  /** Name of the current field, an {@code InstrumentationScope}. */
  String scope() {
    String name = "";
    int outer = in.enter();
    while (in.next()) {
      if (in.field() == 1) {
        name = text();
      } else {
        in.skip();
      }
    }
    in.leave(outer);
    return name;
  }

  /** {@link TraceId#NONE} when the field has another length than 16 bytes. */
  TraceId traceId() {
    int length = in.length();
    int at = in.position();
    in.advance(length);
    return length == 16 ? new TraceId(bigEndian(at), bigEndian(at + 8)) : TraceId.NONE;
  }

  /** {@link SpanId#NONE} when the field has another length than 8 bytes. */
  SpanId spanId() {
    int length = in.length();
    int at = in.position();
    in.advance(length);
    return length == 8 ? new SpanId(bigEndian(at)) : SpanId.NONE;
  }

  private long bigEndian(int at) {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = (value << 8) | (in.bytes()[at + i] & 0xff);
    }
    return value;
  }

  /** The current field, an {@code AnyValue}, as {@link Attributes} holds it. */
  Object anyValue() {
    return switch (any(0)) {
      case Map<?, ?> map -> json(map);
      case List<?> list ->
          list.stream().map(e -> e instanceof List || e instanceof Map ? json(e) : e).toList();
      case Object scalar -> scalar;
    };
  }

  private Object any(int depth) {
    if (depth > DEEPEST) {
      throw in.refuse("a value nested deeper than " + DEEPEST);
    }
    Object value = "";
    int outer = in.enter();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> value = text();
        case 2 -> value = in.varint() != 0;
        case 3 -> value = in.varint();
        case 4 -> value = in.float64();
        case 5 -> value = array(depth + 1);
        case 6 -> value = map(depth + 1);
        case 7 -> value = base64();
        default -> in.skip();
      }
    }
    in.leave(outer);
    return value;
  }

  private String base64() {
    int length = in.length();
    byte[] bytes = Arrays.copyOfRange(in.bytes(), in.position(), in.position() + length);
    in.advance(length);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private List<Object> array(int depth) {
    List<Object> elements = new ArrayList<>();
    int outer = in.enter();
    while (in.next()) {
      if (in.field() == 1) {
        Object element = any(depth);
        if (elements.size() < MOST) {
          elements.add(element);
        }
      } else {
        in.skip();
      }
    }
    in.leave(outer);
    return elements;
  }

  private Map<String, Object> map(int depth) {
    Map<String, Object> map = new LinkedHashMap<>();
    int outer = in.enter();
    while (in.next()) {
      if (in.field() != 1) {
        in.skip();
        continue;
      }
      String key = "";
      Object value = "";
      int entry = in.enter();
      while (in.next()) {
        switch (in.field()) {
          case 1 -> key = text();
          case 2 -> value = any(depth);
          default -> in.skip();
        }
      }
      in.leave(entry);
      if (map.size() < MOST) {
        map.put(key, value);
      }
    }
    in.leave(outer);
    return map;
  }

  private static String json(Object value) {
    StringBuilder out = new StringBuilder();
    json(value, out);
    return out.toString();
  }

  private static void json(@Nullable Object value, StringBuilder out) {
    switch (value) {
      case Map<?, ?> map -> {
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          quote(entry.getKey().toString(), out.append(separator));
          json(entry.getValue(), out.append(':'));
          separator = ",";
        }
        out.append(map.isEmpty() ? "{}" : "}");
      }
      case List<?> list -> {
        String separator = "[";
        for (Object element : list) {
          json(element, out.append(separator));
          separator = ",";
        }
        out.append(list.isEmpty() ? "[]" : "]");
      }
      case String text -> quote(text, out);
      case null, default -> out.append(value);
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
