package dev.headroom.gateway.cache;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How old a response is and how old it may become: RFC 9111, section 4.2.
 *
 * @param lifetimeMillis how long it is fresh, from the moment when the application made it
 * @param initialAgeMillis how old it was when it came
 * @param receivedAt nanosecond clock when it came
 */
record Freshness(long lifetimeMillis, long initialAgeMillis, long receivedAt) {

  /**
   * @param ttlMillis when the response does not say; -1 for not at all
   * @param delayMillis between request and response
   */
  static Freshness of(
      CacheControl control,
      @Nullable String date,
      @Nullable String expires,
      @Nullable String age,
      long ttlMillis,
      long delayMillis,
      long epochMillis,
      long now) {
    OptionalLong made = HttpDate.parse(date);
    long apparent = Math.max(0, epochMillis - made.orElse(epochMillis));
    long told = age == null ? 0 : CacheControl.seconds(first(age)) * 1000;
    // A clock that differs by a second or two must not age a response that has just been made.
    long corrected = told + delayMillis;
    long initial = Math.max(apparent <= 2000 ? 0 : apparent, corrected);
    return new Freshness(
        lifetime(control, made.orElse(epochMillis), expires, ttlMillis), initial, now);
  }

  private static String first(String list) {
    int comma = list.indexOf(',');
    return (comma < 0 ? list : list.substring(0, comma)).trim();
  }

  private static long lifetime(
      CacheControl control, long made, @Nullable String expires, long ttlMillis) {
    if (control.noCache()) {
      return 0;
    }
    if (control.sharedMaxAge() >= 0) {
      return control.sharedMaxAge() * 1000;
    }
    if (control.maxAge() >= 0) {
      return control.maxAge() * 1000;
    }
    if (expires != null) {
      // What is no date, for example 0, is in the past: section 5.3.
      return Math.max(0, HttpDate.parse(expires).orElse(0) - made);
    }
    return Math.max(0, ttlMillis);
  }

  long ageMillis(long now) {
    return initialAgeMillis + (now - receivedAt) / 1_000_000;
  }

  boolean isFresh(long now) {
    return ageMillis(now) < lifetimeMillis;
  }
}
