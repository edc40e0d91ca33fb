package dev.headroom.router.pool;

/** Which pool: the server connections of a login to a member. */
public record PoolName(String member, Login login) {

  /** {@code pg-0} for everybody to read: with the login only where there are several. */
  @Override
  public String toString() {
    return member + " (" + login + ")";
  }
}
