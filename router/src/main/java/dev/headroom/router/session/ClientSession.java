package dev.headroom.router.session;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.ErrorFields;
import dev.headroom.pgwire.ProtocolException;
import dev.headroom.router.pool.Login;
import dev.headroom.router.pool.LoginPools;
import dev.headroom.router.pool.ServerConnection;
import dev.headroom.router.pool.Settings;
import dev.headroom.spec.RouterSpec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A client that has logged in. Belongs to one event loop, as does every server connection it gets.
 *
 * <p>One unit at a time (a simple query, or a pipeline up to its Sync) is routed, waits for a
 * server connection, is sent, and is over with the server's ReadyForQuery; meanwhile what the
 * client sends further stays unread, except in COPY and in a pipeline that is flushed or too long
 * to be kept. The server connection goes back when the transaction is over, unless something of the
 * session lives in it: then it is the client's to the end (pinned), and is closed with him.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class ClientSession extends ChannelInboundHandlerAdapter
    implements ServerClaim.Holder, UnitReader.Target {
  private static final int MAX_KEPT_PIPELINE = 256 * 1024;
  private static final int MAX_UNREAD = 1 << 20;
  private static final int MAX_ATTEMPTS = 4;
  /* How a read-only transaction that began on a replica goes on at the primary. */
  private static final String BEGIN_AGAIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY";
  private static final int REFUSED_SECONDS = 10;

  private enum State {
    /** Waits for the server's greeting to pass on. */
    GREETING,
    /** Reads the next unit. */
    READY,
    /** The unit waits for a server connection. */
    WAITING,
    /** The unit is with the server. */
    SENT,
    /** The unit failed before its Sync came. */
    SKIPPING,
    CLOSED
  }

  private final Lane lane;
  private final Channel client;
  private final Bytes secretKey;
  private final SessionState session;
  private final Routing routing;
  private final UnitReader reader;
  private final ServerClaim claim;
  private final ClientInput input = new ClientInput();
  private final ClientOutput output;
  private final Expected expected = new Expected();
  private final UnitSender sender = new UnitSender(expected);
  private final ServerAnswers answers;
  private int processId;

  private State state = State.GREETING;
  private Unit unit = new Unit();
  /* Has the unit been dispatched before its Sync was read? */
  private boolean open;
  private Run run;

  ClientSession(Lane lane, Channel client, Login login, Settings startupSettings, String secret) {
    this.lane = lane;
    this.client = client;
    this.session = new SessionState(lane, login, startupSettings);
    LoginPools pools = lane.pools.of(login);
    this.routing = new Routing(lane, pools, session);
    this.reader = new UnitReader(lane, session, this);
    this.claim = new ServerClaim(lane, pools, client, session, this);
    this.output = new ClientOutput(client);
    this.answers =
        new ServerAnswers(
            lane, session, expected, output, () -> client.eventLoop().execute(this::process));
    this.run = new Run(lane, unit);
    // Protocol 3.0 has four bytes of key; 24 characters of base 64 hold far more.
    this.secretKey = Bytes.of(ByteBuffer.wrap(Bytes.of(secret).toArray(), 0, 4));
  }

  // Start.

  /** Authentication is over; {@code rest} is what came behind it. */
  void begin(ByteBuf rest) {
    do {
      processId = lane.random.nextInt(1, Integer.MAX_VALUE);
    } while (!lane.sessions.add(processId, this));
    input.append(rest);
    Map<String, String> greeting = lane.greetings().get(session.greeting());
    if (greeting == null) {
      claim.want("");
    } else {
      greet(greeting);
    }
  }

  private void greetFrom(ServerConnection connection) {
    Map<String, String> parameters = Map.copyOf(connection.parameters());
    lane.greetings().put(session.greeting(), parameters);
    giveBack();
    greet(parameters);
  }

  private void greet(Map<String, String> parameters) {
    parameters.forEach(
        (name, value) -> output.write(new BackendMessage.ParameterStatus(name, value).encode()));
    output.write(new BackendMessage.BackendKeyData(processId, secretKey).encode());
    output.write(Replies.READY_IDLE);
    output.flush();
    state = State.READY;
    process();
  }

  boolean hasKey(Bytes secret) {
    return secret.equals(secretKey);
  }

  // The client's side.

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (state == State.CLOSED) {
      ReferenceCountUtil.release(message);
      return;
    }
    input.append((ByteBuf) message);
    process();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    output.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    ServerConnection connection = claim.connection();
    if (connection != null) {
      connection.channel().config().setAutoRead(client.isWritable());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    close();
  }

  private void process() {
    try {
      while (mayRead()) {
        int tooLong = input.tooLong();
        if (tooLong > 0) {
          refuse(Replies.tooLong(tooLong));
          return;
        }
        byte[] frame = input.next();
        if (frame == null) {
          break;
        }
        if (answers.isCopying()) {
          copy(frame);
        } else {
          message(frame);
        }
      }
    } catch (ProtocolException e) {
      end(Replies.protocol(String.valueOf(e.getMessage())));
    }
    if (state != State.CLOSED) {
      ServerConnection connection = claim.connection();
      boolean serverFull =
          connection != null && (answers.isCopying() || open) && !connection.channel().isWritable();
      client.config().setAutoRead(input.size() < MAX_UNREAD && !serverFull);
    }
  }

  private boolean mayRead() {
    return switch (state) {
      case READY, SKIPPING -> true;
      case WAITING -> open && unit.bytes() < MAX_UNREAD;
      case SENT -> answers.isCopying() || open;
      case GREETING, CLOSED -> false;
    };
  }

  private void message(byte[] frame) throws ProtocolException {
    switch (frame[0]) {
      case 'S' -> sync();
      case 'X' -> close();
      case 'd', 'c', 'f' -> {
        // Left over from a COPY that failed: PostgreSQL ignores them too.
      }
      default -> {
        if (state != State.SKIPPING) {
          reader.read(frame);
        }
      }
    }
  }

  private void sync() {
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

  private void copy(byte[] frame) throws ProtocolException {
    ServerConnection connection = claim.connection();
    if (frame[0] == 'X' || connection == null) {
      close();
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
    if (state == State.GREETING) {
      return Optional.of(routing.greeting());
    }
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
    if (state == State.GREETING) {
      greetFrom(connection);
    } else {
      sendUnit();
    }
  }

  @Override
  public void denied(ErrorFields why) {
    if (state == State.GREETING || !session.isIdle()) {
      end(ErrorFields.fatal(why.sqlState(), why.message(), why.detail(), ""));
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
    process();
  }

  private void sendParts() {
    sender.send(requireServer(), unit);
    if (open) {
      unit.sent();
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
      process();
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
    state = State.READY;
    if (session.isIdle()) {
      session.nextTransaction();
      session.onReplica(false);
      if (!session.isPinned()) {
        giveBack();
      }
    }
    output.flush();
    process();
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
    client.eventLoop().execute(this::process);
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
      close();
      return;
    }
    if (state != State.SENT || session.isPinned()) {
      output.discard();
      end(Replies.serverGone(told));
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

  /** Ends what runs or waits, on request of the client. Any thread. */
  void cancel() {
    client.eventLoop().execute(this::cancelNow);
  }

  private void cancelNow() {
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

  /** The router stops. Any thread. */
  void shutDown() {
    client.eventLoop().execute(() -> end(Replies.shuttingDown()));
  }

  private void end(ErrorFields why) {
    if (state == State.CLOSED) {
      return;
    }
    if (answers.isInsideMessage()) {
      // It would be read as the rest of a message that is under way.
      close();
      return;
    }
    byte[] message = Replies.error(why);
    leave();
    client.writeAndFlush(Unpooled.wrappedBuffer(message)).addListener(ChannelFutureListener.CLOSE);
  }

  /* The client is still sending, and would see a reset instead of the reason: hear him out. */
  private void refuse(ErrorFields why) {
    if (answers.isInsideMessage()) {
      close();
      return;
    }
    leave();
    client.config().setAutoRead(true);
    client.writeAndFlush(Unpooled.wrappedBuffer(Replies.error(why)), client.voidPromise());
    client.eventLoop().schedule(() -> client.close(), REFUSED_SECONDS, TimeUnit.SECONDS);
  }

  private void close() {
    if (state != State.CLOSED) {
      leave();
      client.close();
    }
  }

  private void leave() {
    lane.sessions.remove(processId, this);
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
    claim.end();
    output.discard();
    expected.dropDue();
    answers.detach();
    input.release();
  }

  /** How it stands, for the admin database; a glance from another thread. */
  ClientFigures figures() {
    ServerConnection connection = claim.connection();
    String now =
        switch (state) {
          case GREETING, WAITING -> "waiting";
          case SENT -> "active";
          case READY, SKIPPING -> session.isIdle() ? "idle" : "idle in transaction";
          case CLOSED -> "closed";
        };
    return new ClientFigures(
        processId,
        session.login().database(),
        session.login().user(),
        String.valueOf(client.remoteAddress()),
        now,
        connection == null ? "" : connection.member().name(),
        connection == null ? 0 : connection.key().processId(),
        session.isPinned(),
        session.transaction());
  }
}
