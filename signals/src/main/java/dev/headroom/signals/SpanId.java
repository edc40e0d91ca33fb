package dev.headroom.signals;

import java.util.HexFormat;

/** A span id: 8 bytes, zero for none. */
public record SpanId(long value) {

  /** No span. */
  public static final SpanId NONE = new SpanId(0);

  /**
   * Reads 16 hexadecimal digits of either case.
   *
   * @throws IllegalArgumentException when {@code hex} is anything else
   */
  public static SpanId parse(CharSequence hex) {
    if (hex.length() != 16) {
      throw new IllegalArgumentException("span id: " + hex + " (expected: 16 hex digits)");
    }
    return new SpanId(HexFormat.fromHexDigitsToLong(hex, 0, 16));
  }

  public boolean isValid() {
    return value != 0;
  }

  /** 16 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(value);
  }
}
