package dev.headroom.pgwire;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the keys of the last salt: a primary and its replicas share the user's salt, so the second
 * connection costs no derivation. Thread-safe.
 */
public final class ScramKeyCache implements BiFunction<Bytes, Integer, ScramKeys> {
  private final String password;
  /* Written by any thread; losing a race costs one derivation. */
  private volatile @Nullable ScramKeys last;

  public ScramKeyCache(String password) {
    this.password = password;
  }

  @Override
  public ScramKeys apply(Bytes salt, Integer iterations) {
    ScramKeys keys = last;
    if (keys == null || keys.iterations() != iterations || !keys.salt().equals(salt)) {
      keys = ScramKeys.derive(password, salt, iterations);
      last = keys;
    }
    return keys;
  }
}
