package dev.headroom.pgwire;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** A message of SCRAM: {@code letter=value} parts between commas. */
final class ScramMessage {
  private final String text;
  private final Map<Character, String> parts = new HashMap<>();

  private ScramMessage(String text) throws ProtocolException {
    this.text = text;
    for (String part : text.split(",", -1)) {
      if (part.length() < 2 || part.charAt(1) != '=') {
        throw new ProtocolException("SCRAM message: '" + part + "' (expected: letter=value)");
      }
      parts.put(part.charAt(0), part.substring(2));
    }
  }

  static ScramMessage parse(String text) throws ProtocolException {
    return new ScramMessage(text);
  }

  String get(char letter) throws ProtocolException {
    String value = parts.get(letter);
    if (value == null) {
      throw new ProtocolException("SCRAM message: no " + letter + "= in it");
    }
    return value;
  }

  Bytes base64(char letter) throws ProtocolException {
    String value = get(letter);
    try {
      return Bytes.of(Base64.getDecoder().decode(value));
    } catch (IllegalArgumentException e) {
      ProtocolException wrong =
          new ProtocolException("SCRAM message: " + letter + "= is not base 64");
      wrong.initCause(e);
      throw wrong;
    }
  }

  int number(char letter) throws ProtocolException {
    String value = get(letter);
    if (!value.matches("\\d{1,8}")) {
      throw new ProtocolException(
          "SCRAM message: " + letter + "=" + value + " (expected: a number)");
    }
    return Integer.parseInt(value);
  }

  @Override
  public String toString() {
    return text;
  }
}
