package dev.headroom.demo.db;

/** The database could not do it now; trying again later is right, and the client's decision. */
public final class Unavailable extends RuntimeException {
  public Unavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
