package dev.headroom.router.session;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.ErrorFields;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.pgwire.ProtocolException;
import dev.headroom.router.Member;
import dev.headroom.router.cluster.Mark;
import dev.headroom.router.pool.PreparedText;
import dev.headroom.router.pool.ServerConnection;
import dev.headroom.router.pool.Settings;
import dev.headroom.router.pool.Waiter;
import dev.headroom.router.statement.Reads;
import dev.headroom.router.statement.SessionEffect;
import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.sql.SettingChange;
import dev.headroom.sql.StatementKind;
import dev.headroom.sql.StatementShape;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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
public final class ClientSession extends ChannelInboundHandlerAdapter
    implements Waiter, Answers.Handler {
  private static final int MAX_KEPT_PIPELINE = 256 * 1024;
  private static final int MAX_UNREAD = 1 << 20;
  private static final int MAX_ATTEMPTS = 4;
  private static final Duration MIN_FAILOVER_WAIT = Duration.ofSeconds(10);
  private static final Set<String> KNOWN_ENCODINGS =
      Set.of("utf8", "utf-8", "unicode", "sql_ascii", "latin1", "latin9");

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
  private final ReplicaChoice replicas;
  private final Settings startupSettings;
  private final Bytes secretKey;
  private final ClientInput input = new ClientInput();
  private final Answers answers = new Answers(this);
  private final Map<String, PreparedText> statements = new HashMap<>();
  private final Map<String, PreparedText> portals = new HashMap<>();
  private final Deque<Step> steps = new ArrayDeque<>();
  private final List<ByteBuf> held = new ArrayList<>();
  private final Set<PreparedText> beingPrepared = new HashSet<>();
  private final List<SettingChange> changesInTransaction = new ArrayList<>();
  private Settings settings;
  private int processId;

  private State state = State.GREETING;
  private Unit unit = new Unit();
  private @Nullable ServerConnection server;
  private @Nullable Future<?> timer;
  private Mark mark = Mark.NONE;
  private @Nullable String key;
  private char status = 'I';
  private boolean pinned;
  private boolean wroteInTransaction;
  private boolean schemaInTransaction;
  private @Nullable PreparedText unnamedSent;

  /* Of the unit under way. */
  private boolean open;
  private boolean copying;
  private boolean holding;
  private boolean retrying;
  private boolean provenRead;
  private boolean toReplica;
  private boolean swallowCompletes;
  private boolean answered;
  private boolean executed;
  private boolean failed;
  private int attempt;
  private String reason = "";
  private String sqlState = "";
  private String lastTag = "";
  private @Nullable ErrorFields fatal;
  private @Nullable ErrorFields settingsError;
  private @Nullable ByteBuf injection;
  private long startedAt;
  private long startedEpoch;
  private long waitingSince;
  private long freshUntil;
  private long sentAt;
  private long queueNanos;
  private long rows;
  private long bytes;

  ClientSession(Lane lane, Channel client, Settings startupSettings, String secret) {
    this.lane = lane;
    this.client = client;
    this.replicas = new ReplicaChoice(lane);
    this.startupSettings = startupSettings;
    this.settings = startupSettings;
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
    Map<String, String> greeting = lane.greetings().get(settings);
    if (greeting == null) {
      beginWait();
      Member replica = replicas.pick(Mark.NONE);
      acquire(lane.cluster.view().primary().isEmpty() ? replica : null);
    } else {
      greet(greeting);
    }
  }

  private void greet(Map<String, String> parameters) {
    parameters.forEach(
        (name, value) -> write(new BackendMessage.ParameterStatus(name, value).encode()));
    write(new BackendMessage.BackendKeyData(processId, secretKey).encode());
    write(Replies.READY_IDLE);
    client.flush();
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
    client.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    ServerConnection connection = server;
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
        byte[] frame = input.next();
        if (frame == null) {
          break;
        }
        if (copying) {
          copy(frame);
        } else {
          message(frame);
        }
      }
    } catch (ProtocolException e) {
      end(Replies.protocol(String.valueOf(e.getMessage())));
    }
    if (state != State.CLOSED) {
      ServerConnection connection = server;
      boolean serverFull =
          connection != null && (copying || open) && !connection.channel().isWritable();
      client.config().setAutoRead(input.size() < MAX_UNREAD && !serverFull);
    }
  }

  private boolean mayRead() {
    return switch (state) {
      case READY, SKIPPING -> true;
      case WAITING -> open && unit.bytes() < MAX_UNREAD;
      case SENT -> copying || open;
      case GREETING, CLOSED -> false;
    };
  }

  private void message(byte[] frame) throws ProtocolException {
    if (state == State.SKIPPING && frame[0] != 'S' && frame[0] != 'X') {
      return;
    }
    switch (frame[0]) {
      case 'Q' -> query(frame);
      case 'P' -> parse(frame);
      case 'B' -> bind(frame);
      case 'D' -> describe(frame);
      case 'E' -> execute(frame);
      case 'C' -> closeNamed(frame);
      case 'F' -> {
        unit.about(lane.analyses.of("FUNCTION CALL"));
        part(new Part.Raw(frame, Step.Kind.FUNCTION), frame.length);
      }
      case 'H' -> part(new Part.Flush(), frame.length);
      case 'S' -> sync();
      case 'X' -> close();
      case 'd', 'c', 'f' -> {
        // Left over from a COPY that failed: PostgreSQL ignores them too.
      }
      default ->
          throw new ProtocolException(
              "message type " + (frame[0] & 0xff) + " (expected: one that clients send)");
    }
  }

  private void query(byte[] frame) throws ProtocolException {
    String sql = ((FrontendMessage.Query) FrontendMessage.decode(frame[0], payload(frame))).sql();
    StatementAnalysis analysis = StatementAnalysis.of(sql);
    Optional<SettingChange> keyChange = keyChange(analysis);
    statements.remove("");
    if (keyChange.isPresent() && !open && unit.isEmpty()) {
      unit.add(new Part.Local(keyAnswer(analysis, keyChange.get())), frame.length);
      unit.add(new Part.Sync(), 0);
      dispatch();
      return;
    }
    StatementShape shape = analysis.shapes().getFirst();
    boolean ours =
        analysis.shapes().size() == 1
            && shape.kind() == StatementKind.DEALLOCATE
            && statements.containsKey(shape.subject())
            && !pinned;
    if (ours && !open && unit.isEmpty()) {
      statements.remove(shape.subject());
      unit.add(new Part.Local(Replies.complete("DEALLOCATE")), frame.length);
      unit.add(new Part.Sync(), 0);
      dispatch();
      return;
    }
    unit.about(analysis);
    unit.add(new Part.Query(frame, analysis), frame.length);
    finishReading();
  }

  private void parse(byte[] frame) throws ProtocolException {
    FrontendMessage.Parse parse =
        (FrontendMessage.Parse) FrontendMessage.decode(frame[0], payload(frame));
    String name = parse.statement();
    int nameLength = end(frame, 5) + 1 - 5;
    Bytes content = Bytes.of(ByteBuffer.wrap(frame, 5 + nameLength, frame.length - 5 - nameLength));
    // With parameters it will come again: the servers keep it, whatever the client does.
    boolean named = !name.isEmpty() || parse.sql().indexOf('$') >= 0;
    PreparedText text =
        lane.prepared.of(content, parse.sql(), settings.statement("search_path").orElse(""), named);
    statements.put(name, text);
    if (keyChange(text.analysis()).isPresent()) {
      part(new Part.Local(Replies.PARSE_COMPLETE), frame.length);
      return;
    }
    unit.about(text.analysis());
    part(new Part.Parse(text), frame.length);
  }

  private void bind(byte[] frame) throws ProtocolException {
    int portalEnd = end(frame, 5) + 1;
    int nameEnd = end(frame, portalEnd) + 1;
    String portal = text(frame, 5, portalEnd - 1);
    PreparedText text = statements.get(text(frame, portalEnd, nameEnd - 1));
    if (text == null) {
      portals.remove(portal);
      unit.about(lane.analyses.of("EXECUTE unknown"));
    } else {
      portals.put(portal, text);
      if (keyChange(text.analysis()).isPresent()) {
        part(new Part.Local(Replies.BIND_COMPLETE), frame.length);
        return;
      }
      unit.about(text.analysis());
    }
    part(new Part.Bind(frame, portalEnd, nameEnd, text), frame.length);
  }

  private void describe(byte[] frame) throws ProtocolException {
    String name = text(frame, 6, end(frame, 6));
    boolean statement = frame[5] == 'S';
    PreparedText text = statement ? statements.get(name) : portals.get(name);
    if (text != null && keyChange(text.analysis()).isPresent()) {
      part(
          new Part.Local(
              statement ? join(Replies.NO_PARAMETERS, Replies.NO_DATA) : Replies.NO_DATA),
          frame.length);
      return;
    }
    if (text != null) {
      unit.about(text.analysis());
    }
    part(
        statement
            ? new Part.DescribeStatement(frame, text)
            : new Part.Raw(frame, Step.Kind.DESCRIBE),
        frame.length);
  }

  private void execute(byte[] frame) throws ProtocolException {
    PreparedText text = portals.get(text(frame, 5, end(frame, 5)));
    Optional<SettingChange> change = text == null ? Optional.empty() : keyChange(text.analysis());
    if (text != null && change.isPresent()) {
      part(new Part.Local(keyAnswer(text.analysis(), change.get())), frame.length);
      return;
    }
    if (text != null) {
      unit.about(text.analysis());
    }
    part(new Part.Raw(frame, Step.Kind.EXECUTE), frame.length);
  }

  private void closeNamed(byte[] frame) throws ProtocolException {
    String name = text(frame, 6, end(frame, 6));
    if (frame[5] == 'S' && (statements.remove(name) != null || !pinned)) {
      // The servers keep it: other clients use the same.
      part(new Part.Local(Replies.CLOSE_COMPLETE), frame.length);
    } else {
      part(new Part.Raw(frame, Step.Kind.CLOSE), frame.length);
    }
  }

  private void sync() {
    if (state == State.SKIPPING) {
      state = State.READY;
      write(Replies.ready(status));
      client.flush();
      return;
    }
    unit.add(new Part.Sync(), 5);
    finishReading();
  }

  /* The unit is complete. */
  private void finishReading() {
    boolean wasOpen = open;
    open = false;
    if (!wasOpen) {
      dispatch();
    } else if (state == State.SENT) {
      sendParts();
    }
  }

  private void part(Part part, int size) {
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

  private void copy(byte[] frame) throws ProtocolException {
    ServerConnection connection = server;
    if (frame[0] == 'X' || connection == null) {
      close();
      return;
    }
    switch (frame[0]) {
      case 'd', 'H' -> {}
      case 'c', 'f' -> copying = unit.isExtended();
      case 'S' -> copying = false;
      default ->
          throw new ProtocolException(
              "message '" + (char) frame[0] + "' during COPY (expected: CopyData or CopyDone)");
    }
    connection
        .channel()
        .writeAndFlush(Unpooled.wrappedBuffer(frame), connection.channel().voidPromise());
  }

  // SET headroom.key.

  private static Optional<SettingChange> keyChange(StatementAnalysis analysis) {
    return analysis.shapes().size() == 1
        ? analysis
            .shapes()
            .getFirst()
            .setting()
            .filter(change -> change.name().equals("headroom.key"))
        : Optional.empty();
  }

  private byte[] keyAnswer(StatementAnalysis analysis, SettingChange change) {
    boolean reset = analysis.fingerprint().text().startsWith("reset");
    if (change.value().isPresent() && change.scalar().isEmpty()) {
      return Replies.error(
          ErrorFields.error(
              "22023",
              "headroom.key: " + change.value().get() + " (expected: one text in quotes)",
              "",
              ""));
    }
    key = change.scalar().orElse(null);
    return Replies.complete(reset ? "RESET" : "SET");
  }

  // Routing.

  private void dispatch() {
    startedAt = lane.time.nanoTime();
    startedEpoch = lane.time.epochNanos();
    attempt = 0;
    freshUntil = startedAt + lane.spec().freshnessWait().toNanos();
    sqlState = "";
    lastTag = "";
    rows = 0;
    bytes = 0;
    failed = false;
    executed = false;
    queueNanos = 0;
    if (!unit.needsServer() && !open) {
      answerLocally();
      return;
    }
    if (unit.shapes().size() > 1
        && unit.shapes().stream()
            .flatMap(shape -> shape.setting().stream())
            .anyMatch(change -> change.name().equals("headroom.key"))) {
      failUnit(Replies.keyNotAlone());
      return;
    }
    if (server != null) {
      reason = pinned ? "session" : "transaction";
      provenRead = false;
      toReplica = false;
      sendUnit();
      return;
    }
    beginWait();
    route();
  }

  private void answerLocally() {
    for (Part part : unit.parts()) {
      switch (part) {
        case Part.Local local -> write(local.answer());
        case Part.Sync sync -> write(Replies.ready(status));
        default -> throw new IllegalStateException("needs a server: " + part);
      }
    }
    unit = new Unit();
    client.flush();
  }

  private void beginWait() {
    state = state == State.GREETING ? State.GREETING : State.WAITING;
    waitingSince = lane.time.nanoTime();
    Duration bound = lane.spec().queueTimeout();
    Duration atMost = bound.compareTo(MIN_FAILOVER_WAIT) > 0 ? bound : MIN_FAILOVER_WAIT;
    timer =
        client
            .eventLoop()
            .schedule(() -> waitedTooLong(bound, atMost), bound.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void waitedTooLong(Duration waited, Duration atMost) {
    if (server != null || (state != State.WAITING && state != State.GREETING)) {
      return;
    }
    if (lane.cluster.view().primary().isEmpty() && waited.compareTo(atMost) < 0) {
      // A failover takes its time: clients wait for the new primary a little longer.
      timer =
          client
              .eventLoop()
              .schedule(
                  () -> waitedTooLong(atMost, atMost),
                  atMost.minus(waited).toNanos(),
                  TimeUnit.NANOSECONDS);
      return;
    }
    ErrorFields error = Replies.queueTimeout(waited.toMillis(), lane.pools.describe());
    lane.pools.forget(this);
    if (state == State.GREETING) {
      end(ErrorFields.fatal(error.sqlState(), error.message(), error.detail(), ""));
    } else {
      failUnit(error);
    }
  }

  private void endWait() {
    Future<?> running = timer;
    timer = null;
    if (running != null) {
      running.cancel(false);
    }
  }

  private void route() {
    lane.cluster.needPositions();
    String doubt = open ? "open pipeline" : unit.doubt(lane.cluster.catalog());
    if (doubt.equals(Reads.UNKNOWN_NAME)) {
      lane.cluster.unknownName();
    }
    if (doubt.isEmpty() && !encodingIsKnown()) {
      doubt = "client encoding";
    }
    if (attempt == 0 && setsTrackedOnly()) {
      // Any server will do, and it is repeated wherever the client goes next.
      reason = "setting";
      provenRead = false;
      acquire(replicas.pick(Mark.NONE));
      return;
    }
    provenRead = doubt.isEmpty();
    if (!provenRead) {
      reason = category(doubt);
      acquire(null);
      return;
    }
    if (attempt > 0 || refusedBefore()) {
      reason = "refused by replica";
      acquire(null);
      return;
    }
    Mark wanted = key == null ? mark : Mark.later(mark, lane.keys.of(key));
    Member replica = replicas.pick(wanted);
    if (replica != null) {
      reason = "read";
      acquire(replica);
    } else if (lane.cluster.view().replicas().isEmpty()) {
      reason = "no replica";
      acquire(null);
    } else if (freshUntil - lane.time.nanoTime() > 0) {
      // Positions arrive every few milliseconds.
      client.eventLoop().schedule(this::routeAgain, 2, TimeUnit.MILLISECONDS);
    } else {
      reason = "not fresh";
      acquire(null);
    }
  }

  private boolean setsTrackedOnly() {
    List<StatementShape> shapes = unit.shapes();
    return !open
        && shapes.size() == 1
        && shapes
            .getFirst()
            .setting()
            .filter(change -> change.scope() == SettingChange.Scope.SESSION)
            .filter(change -> SessionEffect.TRACKED.contains(change.name()))
            .isPresent();
  }

  private void routeAgain() {
    if (state == State.WAITING && server == null) {
      route();
    }
  }

  private boolean refusedBefore() {
    return unit.analyses().stream()
        .anyMatch(analysis -> lane.hasLearned(analysis.fingerprint().hash()));
  }

  private boolean encodingIsKnown() {
    Optional<String> statement = settings.statement("client_encoding");
    if (statement.isEmpty()) {
      return true;
    }
    String lower = statement.get().toLowerCase(java.util.Locale.ROOT);
    return KNOWN_ENCODINGS.stream().anyMatch(name -> lower.matches(".*\\b" + name + "\\b.*"));
  }

  /* Few words, so that they can be counted by. */
  private static String category(String doubt) {
    int colon = doubt.indexOf(':');
    String head = colon < 0 ? doubt : doubt.substring(0, colon);
    for (String word : List.of("volatile function", "function", "view", "row security")) {
      if (head.startsWith(word)) {
        return word;
      }
    }
    return head;
  }

  /* Null: the primary. */
  private void acquire(@Nullable Member replica) {
    toReplica = replica != null;
    if (replica == null) {
      lane.pools.acquirePrimary(this);
    } else {
      lane.pools.of(replica).acquire(this);
    }
  }

  @Override
  public Settings settings() {
    return settings;
  }

  @Override
  public void granted(ServerConnection connection) {
    endWait();
    server = connection;
    queueNanos = lane.time.nanoTime() - waitingSince;
    lane.report.queued(queueNanos);
    connection.channel().config().setAutoRead(client.isWritable());
    answers.reset();
    String difference = settings.differenceFrom(connection.settings());
    if (!difference.isEmpty()) {
      settingsError = null;
      steps.clear();
      steps.add(Step.of(Step.Kind.SETTINGS));
      send(connection, new FrontendMessage.Query(difference).encode());
      connection.forgotUnnamed();
    } else if (state == State.GREETING) {
      greetFrom(connection);
    } else {
      sendUnit();
    }
  }

  private void greetFrom(ServerConnection connection) {
    Map<String, String> parameters = Map.copyOf(connection.parameters());
    lane.greetings().put(settings, parameters);
    server = null;
    connection.release();
    greet(parameters);
  }

  @Override
  public void refused(String why) {
    attempt++;
    client
        .eventLoop()
        .schedule(
            () -> {
              if (state == State.WAITING && server == null) {
                route();
              } else if (state == State.GREETING && server == null) {
                acquire(null);
              }
            },
            20,
            TimeUnit.MILLISECONDS);
  }

  // Sending.

  private void sendUnit() {
    state = State.SENT;
    steps.clear();
    beingPrepared.clear();
    unnamedSent = null;
    retrying = false;
    swallowCompletes = false;
    answered = false;
    fatal = null;
    sentAt = lane.time.nanoTime();
    holding = status == 'I' && !pinned && !open && attempt < MAX_ATTEMPTS;
    for (StatementShape shape : unit.shapes()) {
      pinned |= SessionEffect.pins(shape) || (shape.kind() == StatementKind.SET && mixedSet());
    }
    sendParts();
    process();
  }

  /* A SET among others: which of them hold in the end is the server's to know. */
  private boolean mixedSet() {
    return unit.shapes().size() > 1;
  }

  private void sendParts() {
    ServerConnection connection = requireServer();
    ByteBuf out = connection.channel().alloc().buffer(Math.max(256, unit.bytes() + 64));
    if (unit.isExtended() && !unit.parts().isEmpty()) {
      connection
          .tooMany()
          .ifPresent(
              text -> {
                connection.forgot(text);
                out.writeBytes(
                    new FrontendMessage.Close(FrontendMessage.Target.STATEMENT, text.name())
                        .encode());
                steps.add(Step.of(Step.Kind.CLOSE_HIDDEN));
              });
    }
    for (Part part : unit.parts()) {
      encode(connection, part, out);
    }
    if (open) {
      unit.sent();
    }
    connection.channel().writeAndFlush(out, connection.channel().voidPromise());
    // Answers that wait for nothing of the server.
    fakes();
    ByteBuf first = injection();
    if (first != null) {
      pass(first);
      client.flush();
    }
  }

  private void encode(ServerConnection connection, Part part, ByteBuf out) {
    switch (part) {
      case Part.Parse parse -> {
        PreparedText text = parse.text();
        if (!text.name().isEmpty() && isPrepared(connection, text)) {
          steps.add(new Step(Step.Kind.FAKE, null, Replies.PARSE_COMPLETE));
        } else {
          prepare(text, out, Step.Kind.PARSE);
        }
      }
      case Part.Bind bind -> {
        PreparedText text = bind.text();
        if (text == null) {
          out.writeBytes(bind.frame());
        } else {
          ensurePrepared(connection, text, out);
          byte[] name = Bytes.of(text.name()).toArray();
          byte[] frame = bind.frame();
          out.writeByte('B');
          out.writeInt(
              4 + (bind.portalEnd() - 5) + name.length + 1 + (frame.length - bind.nameEnd()));
          out.writeBytes(frame, 5, bind.portalEnd() - 5);
          out.writeBytes(name).writeByte(0);
          out.writeBytes(frame, bind.nameEnd(), frame.length - bind.nameEnd());
        }
        steps.add(Step.of(Step.Kind.BIND));
      }
      case Part.DescribeStatement describe -> {
        PreparedText text = describe.text();
        if (text == null) {
          out.writeBytes(describe.frame());
        } else {
          ensurePrepared(connection, text, out);
          out.writeBytes(
              new FrontendMessage.Describe(FrontendMessage.Target.STATEMENT, text.name()).encode());
        }
        steps.add(Step.of(Step.Kind.DESCRIBE));
      }
      case Part.Raw raw -> {
        out.writeBytes(raw.frame());
        steps.add(Step.of(raw.step()));
      }
      case Part.Flush flush -> out.writeBytes(new FrontendMessage.Flush().encode());
      case Part.Query query -> {
        connection.forgotUnnamed();
        out.writeBytes(query.frame());
        steps.add(Step.of(Step.Kind.QUERY));
      }
      case Part.Local local -> steps.add(new Step(Step.Kind.FAKE, null, local.answer()));
      case Part.Sync sync -> {
        out.writeBytes(new FrontendMessage.Sync().encode());
        steps.add(Step.of(Step.Kind.SYNC));
      }
    }
  }

  private boolean isPrepared(ServerConnection connection, PreparedText text) {
    return text.name().isEmpty()
        ? text.equals(unnamedSent) || (unnamedSent == null && connection.knows(text))
        : connection.knows(text) || beingPrepared.contains(text);
  }

  private void ensurePrepared(ServerConnection connection, PreparedText text, ByteBuf out) {
    if (!isPrepared(connection, text)) {
      prepare(text, out, Step.Kind.PARSE_HIDDEN);
    }
  }

  private void prepare(PreparedText text, ByteBuf out, Step.Kind step) {
    byte[] name = Bytes.of(text.name()).toArray();
    byte[] content = text.parse().toArray();
    out.writeByte('P').writeInt(4 + name.length + 1 + content.length);
    out.writeBytes(name).writeByte(0).writeBytes(content);
    steps.add(new Step(step, text, null));
    if (text.name().isEmpty()) {
      unnamedSent = text;
    } else {
      beingPrepared.add(text);
    }
  }

  private ServerConnection requireServer() {
    ServerConnection connection = server;
    if (connection == null) {
      throw new IllegalStateException("no server connection in state " + state);
    }
    return connection;
  }

  private static void send(ServerConnection connection, byte[] message) {
    connection
        .channel()
        .writeAndFlush(Unpooled.wrappedBuffer(message), connection.channel().voidPromise());
  }

  // The server's side.

  @Override
  public void received(ByteBuf in) {
    if (state == State.SENT) {
      bytes += in.readableBytes();
    }
    answers.feed(in);
    if (answered) {
      answered = false;
      finishUnit();
    }
  }

  @Override
  public void receivedAll() {
    client.flush();
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (copying || open) {
      process();
    }
  }

  @Override
  public void bulk(byte type, int length) {
    if (!isSettings()) {
      rows += type == 'D' ? 1 : 0;
      endHold();
    }
  }

  private boolean isSettings() {
    Step head = steps.peek();
    return head != null && head.kind() == Step.Kind.SETTINGS;
  }

  @Override
  public boolean message(byte type, ByteBuf in, int index, int length) {
    ServerConnection connection = server;
    if (connection == null) {
      return false;
    }
    if (type == 'S') {
      BackendMessage.ParameterStatus parameter =
          (BackendMessage.ParameterStatus) decode(type, in, index, length);
      connection.parameters().put(parameter.name(), parameter.value());
      return !isSettings() && !parameter.name().equals("in_hot_standby");
    }
    if (isSettings()) {
      settingsAnswer(connection, type, in, index, length);
      return false;
    }
    if (retrying && type != 'Z') {
      return false;
    }
    return switch (type) {
      case '1' -> parsed(connection);
      case '2' -> pop(Step.Kind.BIND);
      case '3' -> closed();
      case 'T', 'n' -> {
        Step head = steps.peek();
        if (head != null && head.kind() == Step.Kind.DESCRIBE) {
          pop(Step.Kind.DESCRIBE);
        }
        yield true;
      }
      case 'C', 'I', 's' -> completed(type, in, index, length);
      case 'V' -> {
        executed = true;
        yield pop(Step.Kind.FUNCTION);
      }
      case 'G', 'W' -> {
        endHold();
        copying = true;
        client.eventLoop().execute(this::process);
        yield true;
      }
      case 'H' -> {
        endHold();
        yield true;
      }
      case 'E' -> error(connection, in, index, length);
      case 'N' -> notice(in, index, length);
      case 'Z' -> ready(in, index);
      default -> true;
    };
  }

  private static BackendMessage decode(byte type, ByteBuf in, int index, int length) {
    byte[] payload = new byte[length];
    in.getBytes(index, payload);
    try {
      return BackendMessage.decode(type, ByteBuffer.wrap(payload));
    } catch (ProtocolException e) {
      throw new IllegalStateException("server: " + e.getMessage(), e);
    }
  }

  private void settingsAnswer(
      ServerConnection connection, byte type, ByteBuf in, int index, int length) {
    if (type == 'E') {
      settingsError = ((BackendMessage.ErrorResponse) decode(type, in, index, length)).fields();
    } else if (type == 'Z') {
      steps.clear();
      ErrorFields error = settingsError;
      if (error == null) {
        connection.settings(settings);
        if (state == State.GREETING) {
          greetFrom(connection);
        } else {
          sendUnit();
        }
        return;
      }
      server = null;
      connection.unfit();
      connection.release();
      if (state == State.GREETING) {
        end(
            ErrorFields.fatal(
                error.sqlState(), error.message(), error.detail(), "A start-up parameter."));
      } else {
        failUnit(error);
      }
    }
  }

  private boolean parsed(ServerConnection connection) {
    Step head = steps.peek();
    if (head == null) {
      return true;
    }
    PreparedText text = head.text();
    if (text != null) {
      connection.learned(text);
    }
    steps.remove();
    fakes();
    return head.kind() == Step.Kind.PARSE;
  }

  private boolean closed() {
    Step head = steps.peek();
    if (head == null) {
      return true;
    }
    steps.remove();
    fakes();
    return head.kind() != Step.Kind.CLOSE_HIDDEN;
  }

  private boolean pop(Step.Kind kind) {
    Step head = steps.peek();
    if (head != null && head.kind() == kind) {
      steps.remove();
      fakes();
    }
    return true;
  }

  private boolean completed(byte type, ByteBuf in, int index, int length) {
    endHold();
    executed = true;
    if (type == 'C') {
      lastTag = ((BackendMessage.CommandComplete) decode(type, in, index, length)).tag();
      rows = Math.max(rows, trailingNumber(lastTag));
    }
    if (!copying || !unit.isExtended()) {
      copying = false;
    }
    boolean forward = !swallowCompletes;
    pop(Step.Kind.EXECUTE);
    return forward;
  }

  private static long trailingNumber(String tag) {
    int start = tag.length();
    while (start > 0 && Character.isDigit(tag.charAt(start - 1))) {
      start--;
    }
    return start == tag.length() || tag.length() - start > 18
        ? 0
        : Long.parseLong(tag.substring(start));
  }

  private boolean error(ServerConnection connection, ByteBuf in, int index, int length) {
    ErrorFields fields =
        ((BackendMessage.ErrorResponse) decode((byte) 'E', in, index, length)).fields();
    failed = true;
    if (fields.severity().equals("FATAL") || fields.severity().equals("PANIC")) {
      // The connection ends behind it; lost() tells the client what that means for him.
      fatal = fields;
      return state != State.SENT && !(status != 'I' || pinned);
    }
    Step head = steps.peek();
    boolean stalePlan =
        fields.sqlState().equals("0A000") && fields.routine().equals("RevalidateCachedQuery");
    if (stalePlan && status == 'I') {
      connection.unfit();
    }
    boolean again =
        holding
            && ((stalePlan && !executed)
                || (provenRead && toReplica && isReplicaRefusal(fields.sqlState())));
    if (again) {
      retrying = true;
      discardHeld();
      if (!stalePlan && isLasting(fields.sqlState())) {
        unit.analyses().forEach(analysis -> lane.learn(analysis.fingerprint().hash()));
      }
      return false;
    }
    sqlState = fields.sqlState();
    endHold();
    // The server skips what is left of the pipeline; a simple query goes on to its end.
    while (head != null && head.kind() != Step.Kind.SYNC && head.kind() != Step.Kind.QUERY) {
      steps.remove();
      head = steps.peek();
    }
    copying &= unit.isExtended();
    return true;
  }

  /* What a replica answers where the primary would have answered well. */
  private static boolean isReplicaRefusal(String sqlState) {
    return isLasting(sqlState)
        || sqlState.equals("40001")
        || sqlState.equals("40P01")
        || sqlState.equals("57P01")
        || sqlState.equals("57P03");
  }

  private static boolean isLasting(String sqlState) {
    return sqlState.equals("25006") || sqlState.equals("0A000") || sqlState.equals("55000");
  }

  private boolean notice(ByteBuf in, int index, int length) {
    ErrorFields fields =
        ((BackendMessage.NoticeResponse) decode((byte) 'N', in, index, length)).fields();
    if (!fields.routine().equals("SyncRepWaitForLSN")) {
      return true;
    }
    // Committed here, perhaps nowhere else: to the client that is no success (DESIGN, decision 6).
    endHold();
    failed = true;
    sqlState = "08007";
    swallowCompletes = !unit.isExtended();
    pass(
        Unpooled.wrappedBuffer(
            Replies.error(Replies.unknownOutcome(fields.message() + ": " + fields.detail()))));
    return false;
  }

  private boolean ready(ByteBuf in, int index) {
    status = (char) in.getByte(index);
    Step head = steps.peek();
    while (head != null && head.kind() != Step.Kind.SYNC && head.kind() != Step.Kind.QUERY) {
      steps.remove();
      head = steps.peek();
    }
    if (head != null) {
      steps.remove();
    }
    copying = false;
    answered = true;
    if (retrying) {
      return false;
    }
    endHold();
    return true;
  }

  /* Answers of our own that are due now. */
  private void fakes() {
    Step head = steps.peek();
    while (head != null && head.kind() == Step.Kind.FAKE) {
      byte[] fake = head.fake();
      if (fake != null) {
        ByteBuf wrapped = Unpooled.wrappedBuffer(fake);
        ByteBuf before = injection;
        injection = before == null ? wrapped : Unpooled.wrappedBuffer(before, wrapped);
      }
      steps.remove();
      head = steps.peek();
    }
  }

  @Override
  public @Nullable ByteBuf injection() {
    ByteBuf due = injection;
    injection = null;
    return due;
  }

  @Override
  public void pass(ByteBuf out) {
    if (isSettings() || retrying || state == State.CLOSED) {
      out.release();
    } else if (holding) {
      held.add(out);
    } else {
      client.write(out, client.voidPromise());
    }
  }

  private void endHold() {
    holding = false;
    for (ByteBuf buffer : held) {
      client.write(buffer, client.voidPromise());
    }
    held.clear();
  }

  private void discardHeld() {
    for (ByteBuf buffer : held) {
      buffer.release();
    }
    held.clear();
    ByteBuf due = injection();
    if (due != null) {
      due.release();
    }
  }

  // The end of a unit.

  private void finishUnit() {
    ServerConnection connection = requireServer();
    if (retrying) {
      retrying = false;
      holding = false;
      attempt++;
      server = null;
      connection.release();
      failed = false;
      executed = false;
      beginWait();
      route();
      return;
    }
    effects(connection);
    tell(connection);
    unit = new Unit();
    state = State.READY;
    if (status == 'I') {
      portals.clear();
      if (!pinned) {
        server = null;
        connection.channel().config().setAutoRead(true);
        connection.release();
      }
    }
    client.flush();
    process();
  }

  private void effects(ServerConnection connection) {
    for (StatementShape shape : unit.shapes()) {
      wroteInTransaction |= SessionEffect.mayWrite(shape, provenRead);
      schemaInTransaction |= SessionEffect.changesSchema(shape);
      if (failed) {
        continue;
      }
      shape
          .setting()
          .filter(change -> change.scope() == SettingChange.Scope.SESSION)
          .filter(change -> SessionEffect.TRACKED.contains(change.name()))
          .ifPresent(changesInTransaction::add);
      switch (shape.kind()) {
        case DISCARD -> {
          // Everything of the session is gone; the next client gets a new connection.
          connection.unfit();
          statements.clear();
          settings = startupSettings;
        }
        case DEALLOCATE -> {
          connection.forgotAll();
          if (shape.subject().equals("all")) {
            statements.clear();
          }
        }
        case ROLLBACK_TO -> pinned |= !changesInTransaction.isEmpty();
        default -> {}
      }
    }
    if (status != 'I') {
      return;
    }
    if (!changesInTransaction.isEmpty()) {
      if (!lastTag.equals("ROLLBACK") && !failed) {
        for (SettingChange change : changesInTransaction) {
          settings = settings.changed(change, startupSettings);
        }
        connection.settings(settings);
      }
      changesInTransaction.clear();
    }
    if (wroteInTransaction) {
      mark = lane.cluster.wrote();
      if (key != null) {
        lane.keys.wrote(key, mark);
      }
      wroteInTransaction = false;
    }
    if (schemaInTransaction) {
      lane.cluster.schemaChanged();
      schemaInTransaction = false;
    }
  }

  private void tell(ServerConnection connection) {
    unit.subject()
        .ifPresent(
            subject ->
                lane.report.answered(
                    new QueryReport.Answered(
                        subject,
                        connection.member().name(),
                        toReplica ? "replica" : "primary",
                        reason,
                        startedEpoch,
                        queueNanos,
                        lane.time.nanoTime() - sentAt,
                        rows,
                        bytes,
                        sqlState)));
  }

  /* Nothing of the unit has reached a server that could still answer. */
  private void failUnit(ErrorFields error) {
    endWait();
    boolean complete = !open;
    open = false;
    unit = new Unit();
    write(Replies.error(error));
    if (complete) {
      write(Replies.ready(status));
      state = State.READY;
    } else {
      state = State.SKIPPING;
    }
    client.flush();
    if (client.eventLoop().inEventLoop()) {
      client.eventLoop().execute(this::process);
    }
  }

  @Override
  public void lost(String why) {
    server = null;
    boolean inside = answers.insideMessage();
    answers.reset();
    boolean settingUp = isSettings();
    steps.clear();
    copying = false;
    if (state == State.CLOSED) {
      return;
    }
    if (settingUp) {
      if (state != State.GREETING) {
        state = State.WAITING;
      }
      beginWait();
      refused(why);
      return;
    }
    ErrorFields last = fatal;
    String told = last == null ? why : last + " (" + why + ")";
    if (state != State.SENT || pinned || inside) {
      discardHeld();
      end(Replies.serverGone(told));
      return;
    }
    boolean again = (retrying || holding) && provenRead && attempt < MAX_ATTEMPTS;
    discardHeld();
    holding = false;
    retrying = false;
    if (again) {
      attempt++;
      beginWait();
      refused(why);
      return;
    }
    boolean commits = unit.shapes().stream().anyMatch(SessionEffect::commits);
    boolean implicit =
        status == 'I'
            && !unit.has(StatementKind.BEGIN)
            && unit.shapes().stream().anyMatch(shape -> SessionEffect.mayWrite(shape, provenRead));
    status = 'I';
    changesInTransaction.clear();
    if (wroteInTransaction || commits || implicit) {
      wroteInTransaction = false;
      mark = lane.cluster.wrote();
      if (key != null) {
        lane.keys.wrote(key, mark);
      }
    }
    portals.clear();
    failUnit(commits || implicit ? Replies.unknownOutcome(told) : Replies.lost(told));
  }

  /** Ends what runs or waits, on request of the client. Any thread. */
  void cancel() {
    client
        .eventLoop()
        .execute(
            () -> {
              ServerConnection connection = server;
              if (state == State.SENT && connection != null) {
                // The signal may come late: nobody else shall be hit by it.
                connection.unfit();
                ServerCancel.send(connection);
              } else if (state == State.WAITING && connection == null) {
                lane.pools.forget(this);
                failUnit(Replies.cancelled());
              }
            });
  }

  /** The router stops. Any thread. */
  void shutDown() {
    client
        .eventLoop()
        .execute(
            () ->
                end(
                    ErrorFields.fatal(
                        "57P01", "terminating connection: the router is shutting down", "", "")));
  }

  private void end(ErrorFields why) {
    if (state == State.CLOSED) {
      return;
    }
    byte[] message = Replies.error(why);
    leave();
    client.writeAndFlush(Unpooled.wrappedBuffer(message)).addListener(ChannelFutureListener.CLOSE);
  }

  private void close() {
    if (state != State.CLOSED) {
      leave();
      client.close();
    }
  }

  private void leave() {
    endWait();
    lane.sessions.remove(processId, this);
    lane.pools.forget(this);
    ServerConnection connection = server;
    server = null;
    boolean running = state == State.SENT;
    state = State.CLOSED;
    if (connection != null) {
      if (running) {
        ServerCancel.send(connection);
      }
      connection.unfit();
      connection.release();
    }
    discardHeld();
    answers.reset();
    input.release();
  }

  // Bytes.

  private void write(byte[] message) {
    client.write(Unpooled.wrappedBuffer(message), client.voidPromise());
  }

  private static ByteBuffer payload(byte[] frame) {
    return ByteBuffer.wrap(frame, 5, frame.length - 5);
  }

  /* Where the string that begins there ends: its zero byte. */
  private static int end(byte[] frame, int from) throws ProtocolException {
    for (int i = from; i < frame.length; i++) {
      if (frame[i] == 0) {
        return i;
      }
    }
    throw new ProtocolException(
        "message '" + (char) frame[0] + "': string at byte " + from + " does not end");
  }

  private static String text(byte[] frame, int from, int to) {
    return new String(frame, from, to - from, java.nio.charset.StandardCharsets.UTF_8);
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
