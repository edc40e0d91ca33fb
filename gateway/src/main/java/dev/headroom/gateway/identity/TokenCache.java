package dev.headroom.gateway.identity;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that have been looked at, with what came of it, so that a signature is computed once and
 * not for every request. Bounded: four places for each hash, the one that ends first gives way. Not
 * thread-safe; each event loop has its own.
 */
public final class TokenCache {
  private static final int WAYS = 4;
  private static final int SETS = 8 * 1024;

  private final byte[] @Nullable [] tokens = new byte[SETS * WAYS][];
  private final @Nullable Caller[] callers = new Caller[SETS * WAYS];
  private final long[] until = new long[SETS * WAYS];
  private @Nullable Identities of;

  /** Who sent the token; null when that is not known. */
  @Nullable Caller find(
      Identities identities, byte[] bytes, int from, int to, long hash, long nowMillis) {
    if (of != identities) {
      // Another document may have other keys.
      Arrays.fill(tokens, null);
      of = identities;
      return null;
    }
    int first = first(hash);
    for (int i = first; i < first + WAYS; i++) {
      byte[] token = tokens[i];
      if (token != null
          && until[i] > nowMillis
          && Arrays.equals(token, 0, token.length, bytes, from, to)) {
        return callers[i];
      }
    }
    return null;
  }

  /** Keeps what is known of a token until then. */
  void keep(byte[] bytes, int from, int to, long hash, Caller caller, long untilMillis) {
    int first = first(hash);
    int place = first;
    for (int i = first; i < first + WAYS; i++) {
      if (tokens[i] == null) {
        place = i;
        break;
      }
      if (until[i] < until[place]) {
        place = i;
      }
    }
    tokens[place] = Arrays.copyOfRange(bytes, from, to);
    callers[place] = caller;
    until[place] = untilMillis;
  }

  private static int first(long hash) {
    return (int) (hash & (SETS - 1)) * WAYS;
  }
}
