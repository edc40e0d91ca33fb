package dev.headroom.router.session;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.ErrorFields;
import dev.headroom.pgwire.TransactionStatus;
import java.util.List;

/** Answers that the router gives itself, and the errors that are its own. */
final class Replies {
  static final byte[] PARSE_COMPLETE = new BackendMessage.ParseComplete().encode();
  static final byte[] BIND_COMPLETE = new BackendMessage.BindComplete().encode();
  static final byte[] CLOSE_COMPLETE = new BackendMessage.CloseComplete().encode();
  static final byte[] NO_DATA = new BackendMessage.NoData().encode();
  static final byte[] NO_PARAMETERS = new BackendMessage.ParameterDescription(List.of()).encode();
  static final byte[] READY_IDLE =
      new BackendMessage.ReadyForQuery(TransactionStatus.IDLE).encode();
  static final byte[] READY_IN_TRANSACTION =
      new BackendMessage.ReadyForQuery(TransactionStatus.IN_TRANSACTION).encode();
  static final byte[] READY_FAILED =
      new BackendMessage.ReadyForQuery(TransactionStatus.FAILED).encode();

  private Replies() {}

  static byte[] complete(String tag) {
    return new BackendMessage.CommandComplete(tag).encode();
  }

  static byte[] error(ErrorFields fields) {
    return new BackendMessage.ErrorResponse(fields).encode();
  }

  static byte[] ready(char status) {
    return switch (status) {
      case 'T' -> READY_IN_TRANSACTION;
      case 'E' -> READY_FAILED;
      default -> READY_IDLE;
    };
  }

  static ErrorFields queueTimeout(long millis, String situation) {
    return ErrorFields.error(
        "53300",
        "no server connection was free within " + millis + " ms",
        situation,
        "Raise spec.router.pool or the servers' max_connections, shorten transactions, or find the"
            + " slow query that holds the connections.");
  }

  static ErrorFields lost(String reason) {
    return ErrorFields.error(
        "08006",
        "the server connection was lost while the statement ran",
        reason,
        "The transaction did not commit; run it again.");
  }

  static ErrorFields unknownOutcome(String reason) {
    return ErrorFields.error(
        "08007",
        "the transaction may or may not have been committed",
        reason,
        "Look for what it should have written before running it again.");
  }

  static ErrorFields cancelled() {
    return ErrorFields.error(
        "57014", "canceling statement due to user request", "It waited for a server.", "");
  }

  static ErrorFields serverGone(String reason) {
    return ErrorFields.fatal(
        "57P01",
        "terminating connection because its server connection was lost",
        reason,
        "Connect again; an open transaction was rolled back, session state is gone.");
  }

  static ErrorFields shuttingDown() {
    return ErrorFields.fatal(
        "57P01", "terminating connection: the router is shutting down", "", "");
  }

  static ErrorFields tooManyNotifications() {
    return ErrorFields.fatal(
        "54000",
        "terminating connection: too many notifications wait for the client",
        "It is in a transaction, or does not read.",
        "End transactions on the connection that listens.");
  }

  static ErrorFields tooLong(int length) {
    return ErrorFields.fatal(
        "54000",
        "message of "
            + length
            + " bytes (expected: at most "
            + ClientInput.MAX_MESSAGE
            + " through the router)",
        "",
        "Send large data by COPY in smaller pieces, or connect to the PostgreSQL server itself.");
  }

  static ErrorFields protocol(String problem) {
    return ErrorFields.fatal("08P01", "protocol violation: " + problem, "", "");
  }

  static ErrorFields notOnReplica() {
    return ErrorFields.error(
        "0A000",
        "this statement must run on the primary, and the read-only transaction runs on a replica",
        "It has an open portal there, which cannot move.",
        "Read the cursor to its end first, or begin the transaction without READ ONLY.");
  }

  static ErrorFields ownSettingNotAlone() {
    return ErrorFields.error(
        "0A000",
        "SET headroom.key or headroom.route must be the only statement of its query",
        "",
        "Send it as a query of its own, before the transaction.");
  }
}
