package dev.headroom.router.session;

import dev.headroom.router.pool.PreparedText;
import dev.headroom.router.statement.StatementAnalysis;
import org.jspecify.annotations.Nullable;

/** A message of the client, as it will be sent on; {@code frame} has type and length in front. */
@SuppressWarnings("ArrayRecordComponent") // Frames live for one round trip and are never compared.
sealed interface Part {

  record Parse(PreparedText text) implements Part {}

  /**
   * @param text null for a name that the client has not prepared by Parse: left as it is
   */
  record Bind(byte[] frame, int portalEnd, int nameEnd, @Nullable PreparedText text)
      implements Part {}

  record DescribeStatement(byte[] frame, @Nullable PreparedText text) implements Part {}

  /** Goes as it is, and {@code step} is what comes back. */
  record Raw(byte[] frame, Step.Kind step) implements Part {}

  /** Asks for what it has, and is answered by nothing of its own. */
  record Flush() implements Part {}

  record Query(byte[] frame, StatementAnalysis analysis) implements Part {}

  /** Is answered without the server. */
  record Local(byte[] answer) implements Part {}

  record Sync() implements Part {}
}
