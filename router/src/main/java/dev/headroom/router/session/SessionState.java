package dev.headroom.router.session;

import dev.headroom.router.cluster.Catalogs;
import dev.headroom.router.cluster.Mark;
import dev.headroom.router.pool.Login;
import dev.headroom.router.pool.ServerConnection;
import dev.headroom.router.pool.Settings;
import dev.headroom.router.statement.SessionEffect;
import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.spec.RouterSpec;
import dev.headroom.sql.SettingChange;
import dev.headroom.sql.StatementKind;
import dev.headroom.sql.StatementShape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client has made of its session, wherever its statements ran: settings, prepared
 * statements, the last write, the transaction it is in.
 */
final class SessionState {
  private static final List<String> REMAKING = List.of("create ", "alter ", "drop ");

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
  private @Nullable Listening listening;

  /* Of the transaction that is open. */
  private final List<SettingChange> changes = new ArrayList<>();
  private boolean wrote;
  private boolean changedSchema;
  private boolean remade;
  private int temporaryChanges;

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

  /** What it listens to; null while it never has. */
  @Nullable Listening listening() {
    return listening;
  }

  void listening(Listening now) {
    listening = now;
  }

  /** Is it outside of a transaction, with channels that the router hears for it? */
  boolean isAtRestListening() {
    return listening != null && isIdle();
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
    if (status == 'E' && shapes.size() == 1) {
      return; // It fails, or ends the transaction.
    }
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
    boolean catalogChange = false;
    for (StatementShape shape : unit.shapes()) {
      catalogChange |= shape.kind() == StatementKind.DDL;
      wrote |= !readOnly && SessionEffect.mayWrite(shape, provenRead);
      changedSchema |= SessionEffect.changesSchema(shape);
      if (!failed) {
        remember(shape, connection);
      }
    }
    if (catalogChange) {
      remake(unit);
    }
    Listening listens = listening;
    if (listens != null && !failed) {
      listens.ran(unit);
    }
    if (!isIdle()) {
      return;
    }
    statements.forgetPortals();
    readOnly = false;
    if (listens != null) {
      listens.transactionEnded(!failed && !lastTag.equals("ROLLBACK"), wrote);
    }
    if (!changes.isEmpty()) {
      if (!lastTag.equals("ROLLBACK") && !failed) {
        for (SettingChange change : changes) {
          settings = settings.changed(change, startup);
        }
        settings = lane.shared(settings);
        connection.settings(settings);
      }
      changes.clear();
    }
    if (wrote) {
      committed();
    }
    if (remade) {
      lane.sessions.schemaVersion().incrementAndGet();
      remade = false;
    }
    if (changedSchema) {
      catalogs.schemaChanged();
      changedSchema = false;
    }
  }

  /*
   * What is prepared from now on must not be what was prepared before: not for a temporary object in
   * this session, not for another one in any. What changes rights or rows does not matter, where the
   * text has nothing else.
   */
  private void remake(Unit unit) {
    for (StatementAnalysis analysis : unit.analyses()) {
      List<StatementShape> changing =
          analysis.shapes().stream().filter(shape -> shape.kind() == StatementKind.DDL).toList();
      boolean remakes =
          analysis.shapes().size() > 1
              || REMAKING.stream().anyMatch(analysis.fingerprint().text()::startsWith);
      if (changing.isEmpty() || !remakes) {
        continue;
      }
      if (changing.stream().allMatch(shape -> shape.subject().equals("temp"))) {
        temporaryChanges++;
      } else {
        remade = true;
        lane.sessions.schemaVersion().incrementAndGet();
      }
    }
  }

  /** What names in a text mean to it, beyond the text: equal for most sessions. */
  String nameScope() {
    String path = settings.statement("search_path").orElse("");
    return temporaryChanges == 0 ? path : path + " temp " + number + "." + temporaryChanges;
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
        unlistenAll();
      }
      case DEALLOCATE -> {
        connection.forgotAll();
        if (shape.subject().equals("all")) {
          statements.forgetAll();
        }
      }
      case UNLISTEN -> {
        // A server's own; what the router hears for the client ends as well.
        if (shape.subject().isEmpty()) {
          unlistenAll();
        } else if (listening != null) {
          listening.unlisten(shape.subject());
        }
      }
      case ROLLBACK_TO -> pinned |= !changes.isEmpty();
      default -> {}
    }
  }

  private void unlistenAll() {
    if (listening != null) {
      listening.unlisten("");
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
    if (listening != null) {
      listening.transactionEnded(false, false);
    }
    if (wrote || commits || implicit) {
      committed();
    }
    return commits || implicit;
  }
}
