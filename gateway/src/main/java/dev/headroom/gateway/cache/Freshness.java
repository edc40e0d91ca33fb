package dev.headroom.gateway.cache;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How old a response is and how old it may become: RFC 9111, section 4.2.
 *
 * @param lifetimeMillis how long it is fresh, from the moment when the application made it
 * @param staleMillis how long after that it may answer while a new one is fetched: RFC 5861
 * @param initialAgeMillis how old it was when it came
 * @param receivedAt nanosecond clock when it came
 */
record Freshness(long lifetimeMillis, long staleMillis, long initialAgeMillis, long receivedAt) {

  /**
   * @param ttlMillis when the response does not say; -1 for not at all
   * @param staleMillis when the response does not say
   * @param delayMillis between request and response
   */
  static Freshness of(
      CacheControl control,
      @Nullable String date,
      @Nullable String expires,
      @Nullable String age,
      long ttlMillis,
      long staleMillis,
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
        lifetime(control, made.orElse(epochMillis), expires, ttlMillis),
        stale(control, staleMillis),
        initial,
        now);
  }

  /* s-maxage and must-revalidate forbid it, unless the response permits it all the same. */
  private static long stale(CacheControl control, long staleMillis) {
    if (control.noCache() || control.mustRevalidate()) {
      return 0;
    }
    if (control.staleWhileRevalidate() >= 0) {
      return control.staleWhileRevalidate() * 1000;
    }
    return control.sharedMaxAge() >= 0 ? 0 : staleMillis;
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

  /** Fresh, or not stale for too long to answer while a new one is fetched. */
  boolean mayAnswer(long now) {
    return ageMillis(now) < lifetimeMillis + staleMillis;
  }
}
