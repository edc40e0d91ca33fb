package dev.headroom.router.session;

import dev.headroom.router.pool.PreparedText;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is expected of the server, in the order of the messages sent to it.
 *
 * @param text of a Parse: what the server knows once it has answered
 * @param fake for FAKE: what the client gets without the server being asked
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Step(Kind kind, @Nullable PreparedText text, byte @Nullable [] fake) {

  enum Kind {
    PARSE,
    /** The client did not ask for it, and does not see the answer. */
    PARSE_HIDDEN,
    BIND,
    DESCRIBE,
    EXECUTE,
    CLOSE,
    CLOSE_HIDDEN,
    FUNCTION,
    FAKE,
    SYNC,
    QUERY
  }

  static Step of(Kind kind) {
    return new Step(kind, null, null);
  }
}
