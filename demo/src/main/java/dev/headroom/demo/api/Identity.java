package dev.headroom.demo.api;

/** Who asks, proven by a token. */
record Identity(long user, long tenant) {
  /** Whoever asks where no token is needed. */
  static final Identity NOBODY = new Identity(0, 0);

  boolean isNobody() {
    return user == 0;
  }
}
