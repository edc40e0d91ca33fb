package dev.headroom.sql;

/** What a statement does, by its first words. */
public enum StatementKind {
  /** Nothing but comments and semicolons. */
  EMPTY,
  /** SELECT, VALUES, TABLE, or WITH … before one of these. */
  SELECT,
  /** EXPLAIN of any statement, with or without ANALYZE. */
  EXPLAIN,
  SHOW,
  /** COPY … TO. */
  COPY_TO,
  /** COPY … FROM. */
  COPY_FROM,
  /** INSERT, UPDATE, DELETE, MERGE, or WITH … before or around one of these. */
  WRITE,
  /** BEGIN or START TRANSACTION. */
  BEGIN,
  /** COMMIT or END; COMMIT PREPARED is OTHER. */
  COMMIT,
  /** ROLLBACK or ABORT of the transaction. */
  ROLLBACK,
  /** ROLLBACK TO a savepoint. */
  ROLLBACK_TO,
  /** SAVEPOINT and RELEASE. */
  SAVEPOINT,
  /** SET or RESET of a setting, in all forms. */
  SET,
  /** SET TRANSACTION, SET CONSTRAINTS: over at the transaction's end. */
  SET_TRANSACTION,
  /** SQL PREPARE; PREPARE TRANSACTION is OTHER. */
  PREPARE,
  /** SQL EXECUTE. */
  EXECUTE,
  DEALLOCATE,
  /** DECLARE … CURSOR. */
  DECLARE,
  /** FETCH, MOVE and CLOSE of a cursor. */
  CURSOR,
  LISTEN,
  UNLISTEN,
  NOTIFY,
  DISCARD,
  LOCK,
  /** CREATE, ALTER, DROP and whatever else changes the catalogs. */
  DDL,
  /** Anything else. */
  OTHER
}
