package dev.headroom.router.session;

import dev.headroom.pgwire.ErrorFields;
import dev.headroom.pgwire.ProtocolException;
import dev.headroom.router.pool.LoginPools;
import dev.headroom.router.pool.ServerConnection;
import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.spec.RouterSpec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A client's units, one at a time: collected, routed, sent, followed to their end. Belongs to the
 * client's event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class UnitCourse implements ServerClaim.Holder, UnitReader.Target, Listening.Owner {
  private static final int MAX_KEPT_PIPELINE = 256 * 1024;
  static final int MAX_UNREAD = 1 << 20;
  private static final int MAX_ATTEMPTS = 4;
  /* How a read-only transaction that began on a replica goes on at the primary. */
  private static final String BEGIN_AGAIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY";

  private enum State {
    /** Reads the next unit. */
    READY,
    /** The unit waits for a server connection. */
    WAITING,
    /** The unit is with the server. */
    SENT,
    /** The unit is done, but for what it has to do with notifications. */
    SETTLING,
    /** The unit failed before its Sync came. */
    SKIPPING,
    CLOSED
  }

  /** Whose units they are. */
  interface Client {

    int processId();

    /** Reads on, as far as {@link #mayRead} allows. */
    void process();

    /** Says why, and closes. */
    void end(ErrorFields why);

    /** Without a word. */
    void close();
  }

  private final Lane lane;
  private final Client client;
  private final Channel channel;
  private final LoginPools pools;
  private final SessionState session;
  private final Routing routing;
  private final ServerClaim claim;
  private final ClientOutput output;
  private final Expected expected = new Expected();
  private final UnitSender sender = new UnitSender(expected);
  private final ServerAnswers answers;

  private State state = State.READY;
  private Unit unit = new Unit();
  /* Has the unit been dispatched before its Sync was read? */
  private boolean open;
  private Run run;

  UnitCourse(Lane lane, Channel channel, SessionState session, ClientOutput output, Client client) {
    this.lane = lane;
    this.client = client;
    this.channel = channel;
    this.session = session;
    this.output = output;
    this.pools = lane.pools.of(session.login());
    this.routing = new Routing(lane, pools, session);
    this.claim = new ServerClaim(lane, pools, channel, session, this);
    this.answers = new ServerAnswers(lane, session, expected, output, this::processLater);
    this.run = new Run(lane, unit);
  }

  // What the client sends.

  /** Is there room for another message? */
  boolean mayRead() {
    return switch (state) {
      case READY, SKIPPING -> true;
      case WAITING -> open && unit.bytes() < MAX_UNREAD;
      case SENT -> answers.isCopying() || open;
      case SETTLING, CLOSED -> false;
    };
  }

  /** Is the rest of the unit to be left out? */
  boolean isSkipping() {
    return state == State.SKIPPING;
  }

  /** Are the client's messages data for the server? */
  boolean isCopying() {
    return answers.isCopying();
  }

  /** Does the client send on while the server has more than it can take? */
  boolean isServerFull() {
    ServerConnection connection = claim.connection();
    return connection != null
        && (answers.isCopying() || open)
        && !connection.channel().isWritable();
  }

  /** The client takes more, or does not. */
  void clientWritable(boolean writable) {
    ServerConnection connection = claim.connection();
    if (connection != null) {
      connection.channel().config().setAutoRead(writable);
    }
  }

  /** The unit's end. */
  void sync() {
    if (state == State.SKIPPING) {
      state = State.READY;
      output.write(Replies.ready(session.status()));
      output.flush();
      return;
    }
    unit.add(new Part.Sync(), 5);
    complete();
  }

  @Override
  public Unit unit() {
    return unit;
  }

  @Override
  public void part(Part part, int size) {
    unit.add(part, size);
    if (open) {
      if (state == State.SENT) {
        sendParts();
      }
    } else if (part instanceof Part.Flush || unit.bytes() > MAX_KEPT_PIPELINE) {
      open = true;
      dispatch();
    }
  }

  @Override
  public void complete() {
    boolean wasOpen = open;
    open = false;
    if (!wasOpen) {
      dispatch();
    } else if (state == State.SENT) {
      sendParts();
    }
  }

  /** A message while the server wants COPY data. */
  void copy(byte[] frame) throws ProtocolException {
    ServerConnection connection = claim.connection();
    if (frame[0] == 'X' || connection == null) {
      client.close();
      return;
    }
    switch (frame[0]) {
      case 'd', 'H' -> {}
      case 'c', 'f' -> {
        if (!unit.isExtended()) {
          answers.copyEnded();
        }
      }
      case 'S' -> answers.copyEnded();
      default ->
          throw new ProtocolException(
              "message '" + (char) frame[0] + "' during COPY (expected: CopyData or CopyDone)");
    }
    connection
        .channel()
        .writeAndFlush(Unpooled.wrappedBuffer(frame), connection.channel().voidPromise());
  }

  // From the unit to a server connection.

  private void dispatch() {
    run = new Run(lane, unit);
    ServerConnection connection = claim.connection();
    if (!unit.needsServer() && !open) {
      answerLocally();
    } else if (OwnSettings.isAmongOthers(unit)) {
      failUnit(Replies.ownSettingNotAlone());
    } else if (connection == null) {
      routeAgain("");
    } else if (session.isOnReplica()) {
      goOnReadOnly(connection);
    } else {
      run.route(routing.onOwnConnection(unit, open));
      sendUnit();
    }
  }

  /*
   * The transaction has only read so far, and each of its statements has a snapshot of its own: it
   * can go on at the primary as well, where a statement has to run that is not proven to be a read.
   */
  private void goOnReadOnly(ServerConnection connection) {
    Optional<Route> here = routing.inReadOnly(unit, open, connection.member());
    if (here.isPresent()) {
      run.route(here.get());
      sendUnit();
    } else if (session.statements().hasNamedPortals()) {
      failUnit(Replies.notOnReplica());
    } else {
      session.movedToPrimary();
      connection.unfit();
      giveBack();
      routeAgain(BEGIN_AGAIN);
    }
  }

  private void answerLocally() {
    Listening listening = session.listening();
    if (listening == null || unit.channelChanges().isEmpty()) {
      localAnswers();
      return;
    }
    listening.ran(unit);
    if (!session.isIdle()) {
      localAnswers();
      return;
    }
    state = State.SETTLING;
    listening.settle(
        0,
        error -> {
          if (state != State.SETTLING) {
            return;
          }
          state = State.READY;
          if (error == null) {
            run.reportOwn(session);
            localAnswers();
          } else if (error.severity().equals("FATAL")) {
            client.end(error);
          } else {
            failUnit(error);
          }
          processLater();
        });
  }

  private void localAnswers() {
    for (Part part : unit.parts()) {
      switch (part) {
        case Part.Local local -> output.write(local.answer());
        case Part.Sync sync -> output.write(Replies.ready(session.status()));
        default -> throw new IllegalStateException("needs a server: " + part);
      }
    }
    unit = new Unit();
    output.flush();
  }

  private void routeAgain(String prelude) {
    state = State.WAITING;
    claim.want(prelude);
  }

  @Override
  public Optional<Route> route() {
    if (!session.isIdle()) {
      run.route(Route.primary(Routing.READ_ONLY));
      return Optional.of(run.route());
    }
    Optional<Route> route = routing.of(unit, open, run.attempt(), run.freshUntil());
    route.ifPresent(run::route);
    return route;
  }

  @Override
  public void refused() {
    run.again();
  }

  @Override
  public void claimed(ServerConnection connection) {
    run.queued(claim.waited());
    sendUnit();
  }

  @Override
  public void denied(ErrorFields why) {
    if (!session.isIdle()) {
      client.end(ErrorFields.fatal(why.sqlState(), why.message(), why.detail(), ""));
    } else {
      failUnit(why);
    }
  }

  // With the server.

  private void sendUnit() {
    state = State.SENT;
    boolean hold = session.isIdle() && !session.isPinned() && !open && run.attempt() < MAX_ATTEMPTS;
    answers.begin(requireServer(), unit, run.route(), hold);
    sender.begin();
    session.running(unit);
    session.onReplica(run.route().toReplica());
    run.sent();
    sendParts();
    client.process();
  }

  private void sendParts() {
    ServerConnection connection = requireServer();
    if (open) {
      // Writing may call back, and lead to more parts.
      sender.send(connection, unit, unit.takeParts());
    } else {
      sender.send(connection, unit, unit.parts());
    }
    ByteBuf due = expected.takeDue();
    if (due != null) {
      answers.pass(due);
      output.flush();
    }
  }

  private ServerConnection requireServer() {
    ServerConnection connection = claim.connection();
    if (connection == null) {
      throw new IllegalStateException("no server connection in state " + state);
    }
    return connection;
  }

  @Override
  public void received(ByteBuf in) {
    answers.feed(in);
    if (answers.takeEnd()) {
      finishUnit();
    }
  }

  @Override
  public void receivedAll() {
    output.flush();
  }

  @Override
  public void writable() {
    if (answers.isCopying() || open) {
      processLater();
    }
  }

  // The end of a unit.

  private void finishUnit() {
    ServerConnection connection = requireServer();
    if (answers.isRetrying()) {
      output.hold(false);
      run.again();
      if (!session.isIdle()) {
        // A read-only transaction that failed in its first unit; nobody has heard of it.
        connection.unfit();
        session.status('I');
      }
      session.onReplica(false);
      giveBack();
      routeAgain("");
      return;
    }
    session.ran(unit, run.route().provenRead(), answers.hasFailed(), answers.lastTag(), connection);
    claim.unitEnded(run.report(connection, answers, session, claim.heldSince()));
    unit = new Unit();
    Listening listening = session.listening();
    if (listening == null || !session.isIdle()) {
      over();
      return;
    }
    state = State.SETTLING;
    listening.settle(
        connection.key().processId(),
        error -> {
          if (state != State.SETTLING) {
            return;
          }
          if (error != null) {
            client.end(ErrorFields.fatal(error.sqlState(), error.message(), error.detail(), ""));
            return;
          }
          listening.tell();
          output.write(Replies.READY_IDLE);
          over();
        });
  }

  private void over() {
    state = State.READY;
    if (session.isIdle()) {
      session.nextTransaction();
      session.onReplica(false);
      if (!session.isPinned()) {
        giveBack();
      }
    }
    output.flush();
    client.process();
  }

  // Notifications.

  @Override
  public void listens(StatementAnalysis analysis, List<ChannelChange> changes) {
    if (session.listening() == null) {
      NotificationHub hub = lane.notifications(session.login(), pools, channel.eventLoop());
      session.listening(new Listening(hub, output, this, client.processId()));
    }
    unit.listens(analysis, changes);
  }

  @Override
  public boolean isHearing() {
    return state == State.READY && session.isIdle() && channel.isWritable();
  }

  /** What has been notified goes to the client, if it may. */
  void hear() {
    Listening listening = session.listening();
    if (listening != null && isHearing() && listening.tell()) {
      output.flush();
    }
  }

  @Override
  public void overheard() {
    client.end(Replies.tooManyNotifications());
  }

  @Override
  public void notificationsLost(String why) {
    client.end(Replies.serverGone(why));
  }

  private void processLater() {
    channel.eventLoop().execute(client::process);
  }

  private void giveBack() {
    answers.detach();
    claim.giveBack();
  }

  /* Nothing of the unit has reached a server that could still answer. */
  private void failUnit(ErrorFields error) {
    boolean complete = !open;
    open = false;
    unit = new Unit();
    output.write(Replies.error(error));
    if (complete) {
      output.write(Replies.ready(session.status()));
      state = State.READY;
    } else {
      state = State.SKIPPING;
    }
    output.flush();
    processLater();
  }

  @Override
  public void lost(String why) {
    boolean inside = answers.lost();
    if (state == State.CLOSED) {
      return;
    }
    ErrorFields last = answers.fatal();
    String told = last == null ? why : last + " (" + why + ")";
    if (inside) {
      // An error would be read as the rest of the message that was cut.
      client.close();
      return;
    }
    if (state != State.SENT || session.isPinned()) {
      output.discard();
      client.end(Replies.serverGone(told));
      return;
    }
    boolean again =
        (answers.isRetrying() || output.isHolding())
            && run.route().provenRead()
            && run.attempt() < MAX_ATTEMPTS;
    output.discard();
    output.hold(false);
    if (again) {
      run.again();
      session.onReplica(false);
      routeAgain("");
      return;
    }
    boolean unknown = session.lost(unit, run.route().provenRead());
    failUnit(unknown ? Replies.unknownOutcome(told) : Replies.lost(told));
  }

  // The client's end.

  /** The client does not want what runs or waits any more. */
  void cancel() {
    ServerConnection connection = claim.connection();
    if (state == State.SENT && connection != null) {
      // The signal may come late: nobody else shall be hit by it.
      connection.unfit();
      ServerCancel.send(connection);
    } else if (state == State.WAITING && connection == null) {
      claim.abandon();
      denied(Replies.cancelled());
    }
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /** Would whatever is sent now be read as the rest of a message that is under way? */
  boolean isInsideMessage() {
    return answers.isInsideMessage();
  }

  /** The client is gone. */
  void leave() {
    ServerConnection connection = claim.connection();
    boolean running = state == State.SENT;
    boolean clean = !running && session.isIdle() && !claim.isSettingUp();
    state = State.CLOSED;
    if (connection != null) {
      if (running) {
        ServerCancel.send(connection);
      }
      if (clean && lane.spec().poolMode() == RouterSpec.PoolMode.SESSION) {
        // What the client made of it is discarded, and the next one gets it.
        connection.reset();
      } else {
        connection.unfit();
      }
    }
    Listening listening = session.listening();
    if (listening != null) {
      listening.end();
    }
    claim.end();
    output.discard();
    expected.dropDue();
    answers.detach();
  }

  /** The server connection that the client has, or null; a glance from any thread. */
  @Nullable ServerConnection connection() {
    return claim.connection();
  }

  /** For people. */
  String stateName() {
    return switch (state) {
      case WAITING -> "waiting";
      case SENT, SETTLING -> "active";
      case READY, SKIPPING -> session.isIdle() ? "idle" : "idle in transaction";
      case CLOSED -> "closed";
    };
  }
}
