package dev.headroom.router.pool;

/** Somebody who waits for a server connection. Called on his event loop, once. */
public interface Waiter extends ServerUser {

  /** It is his until he releases it. */
  void granted(ServerConnection connection);

  /** This member cannot be reached now. */
  void refused(String reason);
}
