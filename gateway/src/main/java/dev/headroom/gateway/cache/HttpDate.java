package dev.headroom.gateway.cache;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Dates as HTTP writes them: RFC 9110, section 5.6.7. The two obsolete forms are not read. */
final class HttpDate {
  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private HttpDate() {}

  /** Milliseconds since 1970; empty when it is no date. */
  static OptionalLong parse(@Nullable String text) {
    if (text == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Instant.from(FORM.parse(text.trim())).toEpochMilli());
    } catch (DateTimeException e) {
      return OptionalLong.empty();
    }
  }

  static String format(long epochMillis) {
    return FORM.format(Instant.ofEpochMilli(epochMillis));
  }
}
