package dev.headroom.gateway.identity;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The {@code Forwarded} field: RFC 7239. */
final class ForwardedField {
  private final String text;
  private int at;

  private ForwardedField(String text) {
    this.text = text;
  }

  /** The client by the elements of trusted proxies, and the scheme that the same element names. */
  static TrustedProxies.Claim read(@Nullable String field, Predicate<InetAddress> trusted) {
    List<Map<String, String>> elements =
        field == null ? List.of() : new ForwardedField(field).elements();
    TrustedProxies.Claim nearest = TrustedProxies.Claim.NOTHING;
    for (Map<String, String> element : elements.reversed()) {
      Optional<InetAddress> hop = NodeName.address(element.getOrDefault("for", ""));
      if (hop.isEmpty()) {
        return nearest;
      }
      nearest =
          new TrustedProxies.Claim(
              hop.get(), TrustedProxies.isSecure(element.getOrDefault("proto", "")));
      if (!trusted.test(hop.get())) {
        return nearest;
      }
    }
    return nearest;
  }

  /* Empty when any of it cannot be read: then nobody knows where one element ends. */
  private List<Map<String, String>> elements() {
    List<Map<String, String>> elements = new ArrayList<>();
    Map<String, String> element = new HashMap<>();
    while (true) {
      blanks();
      if (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != ';') {
        String name = token().toLowerCase(Locale.ROOT);
        if (name.isEmpty() || at == text.length() || text.charAt(at++) != '=') {
          return List.of();
        }
        String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
        if (value == null || element.put(name, value) != null) {
          return List.of();
        }
        blanks();
      }
      if (at == text.length()) {
        elements.add(element);
        return elements;
      }
      char separator = text.charAt(at++);
      if (separator == ',') {
        elements.add(element);
        element = new HashMap<>();
      } else if (separator != ';') {
        return List.of();
      }
    }
  }

  private void blanks() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
  }

  /* Colons and brackets should be quoted, and often are not. */
  private String token() {
    int from = at;
    while (at < text.length() && " \t,;=\"".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(from, at);
  }

  private @Nullable String quoted() {
    StringBuilder value = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return value.toString();
      }
      if (c == '\\' && ++at == text.length()) {
        return null;
      }
      value.append(text.charAt(at));
    }
    return null;
  }
}
