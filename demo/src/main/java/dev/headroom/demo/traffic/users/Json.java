package dev.headroom.demo.traffic.users;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the application's answers, token by token: a tree of each would cost more than sending. */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();
  // What may be put between quotes as it is.
  private static final Pattern PLAIN = Pattern.compile("[\\w .:-]{1,60}");

  private Json() {}

  /** The objects of {@code {"items":[…]}}. */
  static List<Item> items(byte[] body) throws IOException {
    try (JsonParser parser = FACTORY.createParser(body)) {
      begin(parser);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("items") && parser.currentToken() == JsonToken.START_ARRAY) {
          List<Item> items = new ArrayList<>();
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            items.add(object(parser));
          }
          return items;
        }
        parser.skipChildren();
      }
    }
    throw new IOException("no list of items in the answer");
  }

  static Item item(byte[] body) throws IOException {
    try (JsonParser parser = FACTORY.createParser(body)) {
      begin(parser);
      return object(parser);
    }
  }

  /** The id that a 201 tells. */
  static long createdId(byte[] body) throws IOException {
    long id = item(body).id();
    if (id < 0) {
      throw new IOException("no id in the answer to a creation");
    }
    return id;
  }

  /** The answer to a login. */
  record Login(String token, long userId, long tenantId) {}

  static Login login(byte[] body) throws IOException {
    String token = null;
    long userId = -1;
    long tenantId = -1;
    try (JsonParser parser = FACTORY.createParser(body)) {
      begin(parser);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "token" -> token = parser.getValueAsString();
          case "userId" -> userId = parser.getValueAsLong(-1);
          case "tenantId" -> tenantId = parser.getValueAsLong(-1);
          default -> parser.skipChildren();
        }
      }
    }
    if (token == null || userId < 0 || tenantId < 0) {
      throw new IOException("no token, userId and tenantId in the answer to a login");
    }
    return new Login(token, userId, tenantId);
  }

  /** When a JSON Web Token ends, in seconds since 1970; empty when it does not tell (RFC 7519). */
  static OptionalLong expiry(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (second < 0) {
      return OptionalLong.empty();
    }
    try (JsonParser parser =
        FACTORY.createParser(Base64.getUrlDecoder().decode(token.substring(first + 1, second)))) {
      begin(parser);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("exp")) {
          return OptionalLong.of(parser.getValueAsLong());
        }
        parser.skipChildren();
      }
    } catch (IOException | IllegalArgumentException _) {
      // Not a JWT, so it is opaque and tells nothing.
    }
    return OptionalLong.empty();
  }

  private static void begin(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new JsonParseException(parser, "not a JSON object");
    }
  }

  private static Item object(JsonParser parser) throws IOException {
    long id = -1;
    String title = null;
    String status = null;
    String priority = null;
    List<Long> labels = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (name) {
        case "id" -> id = value == JsonToken.VALUE_NUMBER_INT ? parser.getLongValue() : -1;
        case "title" -> title = value == JsonToken.VALUE_STRING ? parser.getText() : null;
        case "status" -> status = scalar(parser, value);
        case "priority" -> priority = scalar(parser, value);
        case "labels" -> labels = value == JsonToken.START_ARRAY ? ids(parser) : null;
        default -> {}
      }
      // Does nothing unless the value is an object or array that was not read above.
      parser.skipChildren();
    }
    return new Item(id, title, status, priority, labels);
  }

  private static @Nullable String scalar(JsonParser parser, JsonToken value) throws IOException {
    return switch (value) {
      case VALUE_NUMBER_INT -> parser.getText();
      case VALUE_STRING ->
          PLAIN.matcher(parser.getText()).matches() ? '"' + parser.getText() + '"' : null;
      default -> null;
    };
  }

  private static @Nullable List<Long> ids(JsonParser parser) throws IOException {
    List<Long> ids = new ArrayList<>();
    boolean numbers = true;
    for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
      if (t == JsonToken.VALUE_NUMBER_INT) {
        ids.add(parser.getLongValue());
      } else if (t == JsonToken.START_OBJECT) {
        ids.add(object(parser).id());
      } else if (t == null) {
        throw new IOException("the answer ends within a list");
      } else {
        numbers = false;
        parser.skipChildren();
      }
    }
    return numbers ? ids : null;
  }
}
