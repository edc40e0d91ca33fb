package dev.headroom.apm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Attributes and span events as JSON text in a column. Types come back as they were: a double has a
 * point or an exponent, one that JSON cannot say is {@code {"double": "NaN"}}.
 */
final class AttributesJson {
  private static final JsonFactory JSON = new JsonFactory();

  private AttributesJson() {}

  static String write(Attributes attributes) {
    if (attributes.isEmpty()) {
      return "{}";
    }
    StringWriter text = new StringWriter(32 * attributes.size());
    try (JsonGenerator out = JSON.createGenerator(text)) {
      write(out, attributes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** One value. */
  static String writeValue(Object value) {
    StringWriter text = new StringWriter(32);
    try (JsonGenerator out = JSON.createGenerator(text)) {
      value(out, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  static Object readValue(String text) {
    try (JsonParser in = JSON.createParser(text)) {
      in.nextToken();
      return value(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Attributes read(String text) {
    if (text.equals("{}")) {
      return Attributes.empty();
    }
    try (JsonParser in = JSON.createParser(text)) {
      in.nextToken();
      return readAttributes(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String writeEvents(List<Span.Event> events) {
    if (events.isEmpty()) {
      return "[]";
    }
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartArray();
      for (Span.Event event : events) {
        out.writeStartObject();
        out.writeStringField("name", event.name());
        out.writeNumberField("time", event.epochNanos());
        out.writeFieldName("attributes");
        write(out, event.attributes());
        out.writeEndObject();
      }
      out.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  static List<Span.Event> readEvents(String text) {
    if (text.equals("[]")) {
      return List.of();
    }
    List<Span.Event> events = new ArrayList<>();
    try (JsonParser in = JSON.createParser(text)) {
      in.nextToken();
      while (in.nextToken() == JsonToken.START_OBJECT) {
        String name = "";
        long time = 0;
        Attributes attributes = Attributes.empty();
        while (in.nextToken() != JsonToken.END_OBJECT) {
          String key = in.currentName();
          in.nextToken();
          switch (key) {
            case "name" -> name = in.getText();
            case "time" -> time = in.getLongValue();
            case "attributes" -> attributes = readAttributes(in);
            default -> in.skipChildren();
          }
        }
        events.add(new Span.Event(name, time, attributes));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return events;
  }

  private static void write(JsonGenerator out, Attributes attributes) throws IOException {
    out.writeStartObject();
    for (Map.Entry<String, Object> entry : attributes.toMap().entrySet()) {
      out.writeFieldName(entry.getKey());
      value(out, entry.getValue());
    }
    out.writeEndObject();
  }

  private static void value(JsonGenerator out, Object value) throws IOException {
    switch (value) {
      case Long number -> out.writeNumber(number);
      case Boolean bool -> out.writeBoolean(bool);
      case Double number when Double.isFinite(number) -> out.writeNumber(number);
      case Double number -> {
        out.writeStartObject();
        out.writeStringField("double", number.toString());
        out.writeEndObject();
      }
      case List<?> list -> {
        out.writeStartArray();
        for (Object element : list) {
          value(out, element);
        }
        out.writeEndArray();
      }
      default -> out.writeString(value.toString());
    }
  }

  private static Attributes readAttributes(JsonParser in) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String key = in.currentName();
      in.nextToken();
      map.put(key, value(in));
    }
    return Attributes.of(map);
  }

  private static Object value(JsonParser in) throws IOException {
    return switch (in.currentToken()) {
      case VALUE_STRING -> in.getText();
      case VALUE_NUMBER_INT -> in.getLongValue();
      case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(in));
        }
        yield list;
      }
      case START_OBJECT -> {
        in.nextToken();
        in.nextToken();
        double number = Double.parseDouble(in.getText());
        in.nextToken();
        yield number;
      }
      default -> throw new IOException("token " + in.currentToken() + " in stored attributes");
    };
  }
}
