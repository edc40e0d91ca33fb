package dev.headroom.router.statement;

import dev.headroom.sql.SettingChange;
import dev.headroom.sql.StatementKind;
import dev.headroom.sql.StatementShape;
import java.util.Set;

/** What statements leave behind in the session of the server that runs them. */
public final class SessionEffect {

  /** Settings whose SET is remembered for the client and repeated where it goes next. */
  public static final Set<String> TRACKED =
      Set.of(
          "application_name",
          "bytea_output",
          "client_encoding",
          "datestyle",
          "extra_float_digits",
          "idle_in_transaction_session_timeout",
          "intervalstyle",
          "lock_timeout",
          "role",
          "search_path",
          "statement_timeout",
          "timezone",
          "transaction_timeout");

  private static final Set<String> PINNING_FUNCTIONS =
      Set.of(
          "pg_advisory_lock",
          "pg_advisory_lock_shared",
          "pg_try_advisory_lock",
          "pg_try_advisory_lock_shared",
          "set_config",
          "setseed",
          "dblink_connect",
          "currval",
          "lastval");

  private SessionEffect() {}

  /** Must the client keep this server connection until it ends? */
  public static boolean pins(StatementShape shape) {
    return switch (shape.kind()) {
      case LISTEN, PREPARE -> true;
      case DECLARE -> shape.subject().equals("hold");
      case DDL -> shape.subject().equals("temp");
      case SET ->
          shape
              .setting()
              .map(
                  change ->
                      change.scope() == SettingChange.Scope.SESSION
                          && !TRACKED.contains(change.name()))
              .orElse(true);
      case SELECT, WRITE, EXPLAIN, COPY_TO ->
          shape.doubt().equals("INTO")
              || shape.functions().stream().anyMatch(PINNING_FUNCTIONS::contains);
      case OTHER -> true;
      default -> false;
    };
  }

  /** Does it change the catalogs, so that they have to be read again? */
  public static boolean changesSchema(StatementShape shape) {
    return switch (shape.kind()) {
      case DDL -> !shape.subject().equals("temp");
      case SELECT -> shape.doubt().equals("INTO");
      default -> false;
    };
  }

  /** Could it have written, so that the session has to see it in its next read? */
  public static boolean mayWrite(StatementShape shape, boolean provenRead) {
    return !provenRead
        && switch (shape.kind()) {
          case BEGIN,
              COMMIT,
              ROLLBACK,
              ROLLBACK_TO,
              SAVEPOINT,
              SET,
              SET_TRANSACTION,
              SHOW,
              EMPTY,
              DEALLOCATE,
              DISCARD,
              LISTEN,
              UNLISTEN ->
              false;
          default -> true;
        };
  }

  /** Control of transactions alone: not what a sample should be named after. */
  public static boolean isControl(StatementShape shape) {
    return switch (shape.kind()) {
      case BEGIN, COMMIT, ROLLBACK, ROLLBACK_TO, SAVEPOINT, SET_TRANSACTION -> true;
      default -> false;
    };
  }

  /** Does it end a transaction with success? */
  public static boolean commits(StatementShape shape) {
    return shape.kind() == StatementKind.COMMIT;
  }
}
