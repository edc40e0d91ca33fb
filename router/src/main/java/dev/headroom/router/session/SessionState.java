package dev.headroom.router.session;

import dev.headroom.router.cluster.Catalogs;
import dev.headroom.router.cluster.Mark;
import dev.headroom.router.pool.Login;
import dev.headroom.router.pool.ServerConnection;
import dev.headroom.router.pool.Settings;
import dev.headroom.router.statement.SessionEffect;
import dev.headroom.spec.RouterSpec;
import dev.headroom.sql.SettingChange;
import dev.headroom.sql.StatementKind;
import dev.headroom.sql.StatementShape;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client has made of its session, wherever its statements ran: settings, prepared
 * statements, the last write, the transaction it is in.
 */
final class SessionState {
  private final Lane lane;
  private final Login login;
  private final Catalogs catalogs;
  private final Settings startup;
  private final ClientStatements statements = new ClientStatements();
  private final OwnSettings own = new OwnSettings();
  private Settings settings;
  private Mark mark = Mark.NONE;
  private char status = 'I';
  private boolean pinned;
  private final long number;
  private long transaction;
  private boolean onReplica;
  private boolean readOnly;

  /* Of the transaction that is open. */
  private final List<SettingChange> changes = new ArrayList<>();
  private boolean wrote;
  private boolean changedSchema;

  SessionState(Lane lane, Login login, Settings startup) {
    this.lane = lane;
    this.login = login;
    this.catalogs = lane.cluster.catalogs(login.database());
    this.startup = startup;
    this.settings = startup;
    this.number = lane.sessions.nextNumber();
  }

  Login login() {
    return login;
  }

  /** What is known of the names in its database. */
  Catalogs catalogs() {
    return catalogs;
  }

  /** Of this session, within the process. */
  long number() {
    return number;
  }

  /** Counts its transactions, those of one statement included. */
  long transaction() {
    return transaction;
  }

  /** The transaction is over, and has been told of. */
  void nextTransaction() {
    transaction++;
  }

  Settings settings() {
    return settings;
  }

  /** Whose greeting is alike. */
  Lane.Greeting greeting() {
    return new Lane.Greeting(login, settings);
  }

  ClientStatements statements() {
    return statements;
  }

  OwnSettings own() {
    return own;
  }

  /** As in the last ReadyForQuery: idle, in a transaction, in a failed one. */
  char status() {
    return status;
  }

  void status(char now) {
    status = now;
  }

  boolean isIdle() {
    return status == 'I';
  }

  /** Does the client keep its server connection between transactions? */
  boolean isPinned() {
    return pinned || lane.spec().poolMode() == RouterSpec.PoolMode.SESSION;
  }

  /** Is the open transaction a read-only one on a replica? */
  boolean isOnReplica() {
    return onReplica;
  }

  void onReplica(boolean now) {
    onReplica = now;
  }

  /** The open read-only transaction goes on at the primary. */
  void movedToPrimary() {
    onReplica = false;
    readOnly = true;
  }

  /** What a replica must have replayed to serve it. */
  Mark wanted() {
    return own.key().map(name -> Mark.later(mark, lane.keys.of(name))).orElse(mark);
  }

  /** The unit is about to run. */
  void running(Unit unit) {
    List<StatementShape> shapes = unit.shapes();
    for (StatementShape shape : shapes) {
      // A SET among others: which of them hold in the end is the server's to know.
      boolean mixed = shape.kind() == StatementKind.SET && shapes.size() > 1;
      pinned |= mixed || SessionEffect.pins(shape);
    }
  }

  /**
   * The unit has run.
   *
   * @param lastTag of its last CommandComplete
   */
  void ran(
      Unit unit, boolean provenRead, boolean failed, String lastTag, ServerConnection connection) {
    for (StatementShape shape : unit.shapes()) {
      wrote |= !readOnly && SessionEffect.mayWrite(shape, provenRead);
      changedSchema |= SessionEffect.changesSchema(shape);
      if (!failed) {
        remember(shape, connection);
      }
    }
    if (!isIdle()) {
      return;
    }
    statements.forgetPortals();
    readOnly = false;
    if (!changes.isEmpty()) {
      if (!lastTag.equals("ROLLBACK") && !failed) {
        for (SettingChange change : changes) {
          settings = settings.changed(change, startup);
        }
        connection.settings(settings);
      }
      changes.clear();
    }
    if (wrote) {
      committed();
    }
    if (changedSchema) {
      catalogs.schemaChanged();
      changedSchema = false;
    }
  }

  private void remember(StatementShape shape, ServerConnection connection) {
    shape
        .setting()
        .filter(change -> change.scope() == SettingChange.Scope.SESSION)
        .filter(change -> SessionEffect.TRACKED.contains(change.name()))
        .ifPresent(changes::add);
    switch (shape.kind()) {
      case DISCARD -> {
        // Everything of the session is gone; the next client gets a new connection.
        connection.unfit();
        statements.forgetAll();
        settings = startup;
      }
      case DEALLOCATE -> {
        connection.forgotAll();
        if (shape.subject().equals("all")) {
          statements.forgetAll();
        }
      }
      case ROLLBACK_TO -> pinned |= !changes.isEmpty();
      default -> {}
    }
  }

  private void committed() {
    mark = lane.cluster.wrote();
    own.key().ifPresent(name -> lane.keys.wrote(name, mark));
    wrote = false;
  }

  /**
   * The server was lost while the unit ran: the transaction is over.
   *
   * @return true when it may have been committed
   */
  boolean lost(Unit unit, boolean provenRead) {
    List<StatementShape> shapes = unit.shapes();
    boolean commits = !onReplica && shapes.stream().anyMatch(SessionEffect::commits);
    boolean implicit =
        isIdle()
            && !unit.has(StatementKind.BEGIN)
            && shapes.stream().anyMatch(shape -> SessionEffect.mayWrite(shape, provenRead));
    status = 'I';
    onReplica = false;
    readOnly = false;
    changes.clear();
    statements.forgetPortals();
    if (wrote || commits || implicit) {
      committed();
    }
    return commits || implicit;
  }
}
