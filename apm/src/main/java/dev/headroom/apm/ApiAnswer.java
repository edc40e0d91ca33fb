package dev.headroom.apm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/**
 * What an API answers to a request, whichever server brought it.
 *
 * @param status of HTTP
 * @param json the body, {@code application/json}
 */
public record ApiAnswer(int status, String json) {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Writes a value. */
  @FunctionalInterface
  interface Json {
    void writeTo(JsonGenerator out) throws IOException;
  }

  static JsonParser parser(Reader text) throws IOException {
    return FACTORY.createParser(text);
  }

  static ApiAnswer of(int status, Json body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      body.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ApiAnswer(status, text.toString());
  }
}
