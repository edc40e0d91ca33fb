package dev.headroom.signals;

import java.util.HexFormat;

/** A W3C trace id: 16 bytes, not all zero in a valid trace. */
public record TraceId(long high, long low) {

  /** No trace. */
  public static final TraceId NONE = new TraceId(0, 0);

  /**
   * Reads 32 hexadecimal digits of either case.
   *
   * @throws IllegalArgumentException when {@code hex} is anything else
   */
  public static TraceId parse(CharSequence hex) {
    if (hex.length() != 32) {
      throw new IllegalArgumentException("trace id: " + hex + " (expected: 32 hex digits)");
    }
    return new TraceId(
        HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
  }

  public boolean isValid() {
    return (high | low) != 0;
  }

  /** 32 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
