package dev.headroom.demo.traffic;

import dev.headroom.demo.traffic.load.Spike;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A spike as {@code AT:USERS:FOR}, for example {@code 60s:15000:90s}. */
final class SpikeConverter implements ITypeConverter<Spike> {
  private final DurationConverter durations = new DurationConverter();

  @Override
  public Spike convert(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length != 3 || !parts[1].matches("\\d{1,7}")) {
      throw new TypeConversionException(
          "'" + text + "' (expected: AT:USERS:FOR, for example 60s:15000:90s)");
    }
    return new Spike(
        durations.convert(parts[0]), Integer.parseInt(parts[1]), durations.convert(parts[2]));
  }
}
