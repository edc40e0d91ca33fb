package dev.headroom.router.pool;

/** Which pool: the server connections of a login to a member. */
public record PoolName(String member, Login login) {

  /** {@code pg-0 (app@app)}. */
  @Override
  public String toString() {
    return member + " (" + login + ")";
  }
}
