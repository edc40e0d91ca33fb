package dev.headroom.router.pool;

import dev.headroom.pgwire.ErrorFields;

/** Somebody who waits for a server connection. Called on his event loop, once. */
public interface Waiter extends ServerUser {

  /** What he would have to make on a connection that has others. */
  Settings settings();

  /** It is his until he releases it. */
  void granted(ServerConnection connection);

  /** This member cannot be reached now. */
  void refused(String reason);

  /** This member does not let his login in. */
  void denied(ErrorFields why);
}
