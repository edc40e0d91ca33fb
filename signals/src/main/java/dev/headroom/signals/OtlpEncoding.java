package dev.headroom.signals;

import java.util.Locale;
import java.util.Optional;

/** How an OTLP message is written over HTTP. */
public enum OtlpEncoding {
  PROTOBUF("application/x-protobuf"),
  JSON("application/json");

  private final String contentType;

  OtlpEncoding(String contentType) {
    this.contentType = contentType;
  }

  public String contentType() {
    return contentType;
  }

  /** Reads a {@code Content-Type}, with or without parameters; empty when it is another one. */
  public static Optional<OtlpEncoding> of(String header) {
    int semicolon = header.indexOf(';');
    String type = semicolon < 0 ? header : header.substring(0, semicolon);
    return switch (type.trim().toLowerCase(Locale.ROOT)) {
      case "application/x-protobuf" -> Optional.of(PROTOBUF);
      case "application/json" -> Optional.of(JSON);
      default -> Optional.empty();
    };
  }
}
