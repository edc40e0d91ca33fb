package dev.headroom.router.session;

import dev.headroom.pgwire.ErrorFields;
import dev.headroom.router.pool.PreparedText;
import dev.headroom.router.pool.ServerConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Follows a server's answers to one unit at a time: what the client gets of them, whether the unit
 * has to run again elsewhere, and how it ended.
 */
final class ServerAnswers implements Answers.Handler {

  /** Is told of what the session has to act upon. */
  interface Listener {

    /** The server wants COPY data: the client's next messages are for it. */
    void copyBegan();
  }

  private final Lane lane;
  private final SessionState session;
  private final Expected expected;
  private final ClientOutput output;
  private final Listener listener;
  private final Answers answers = new Answers(this);

  private @Nullable ServerConnection connection;
  private Unit unit = new Unit();
  private Route route = Route.primary("");
  private boolean retrying;
  private boolean copying;
  private boolean muted;
  private boolean over;
  private boolean executed;
  private boolean failed;
  private String sqlState = "";
  private String lastTag = "";
  private @Nullable ErrorFields fatal;
  private long rows;
  private long bytes;

  ServerAnswers(
      Lane lane, SessionState session, Expected expected, ClientOutput output, Listener listener) {
    this.lane = lane;
    this.session = session;
    this.expected = expected;
    this.output = output;
    this.listener = listener;
  }

  /** The unit is being sent; {@code hold} what comes until it is certain that it stays. */
  void begin(ServerConnection on, Unit about, Route way, boolean hold) {
    connection = on;
    unit = about;
    route = way;
    output.hold(hold);
    expected.clear();
    retrying = false;
    copying = false;
    muted = false;
    over = false;
    executed = false;
    failed = false;
    sqlState = "";
    lastTag = "";
    fatal = null;
    rows = 0;
    bytes = 0;
  }

  void feed(ByteBuf in) {
    bytes += in.readableBytes();
    answers.feed(in);
  }

  /** Has ReadyForQuery come? True once. */
  boolean takeEnd() {
    boolean ended = over;
    over = false;
    return ended;
  }

  /** Must the unit run again, and has the client seen nothing of this run? */
  boolean isRetrying() {
    return retrying;
  }

  boolean isCopying() {
    return copying;
  }

  /** The client's data have come to their end. */
  void copyEnded() {
    copying = false;
  }

  boolean hasFailed() {
    return failed;
  }

  /** Of the error; empty when there was none. */
  String sqlState() {
    return sqlState;
  }

  String lastTag() {
    return lastTag;
  }

  long rows() {
    return rows;
  }

  long bytes() {
    return bytes;
  }

  /** What the server said last before it closed the connection, or null. */
  @Nullable ErrorFields fatal() {
    return fatal;
  }

  /**
   * The connection is gone.
   *
   * @return true when the client has got a part of a message and not the rest
   */
  boolean lost() {
    boolean inside = answers.insideMessage();
    detach();
    expected.clear();
    expected.dropDue();
    copying = false;
    return inside;
  }

  /** Has the client got a part of a message and not the rest? */
  boolean isInsideMessage() {
    return answers.insideMessage();
  }

  /** What comes further is for nobody. */
  void detach() {
    connection = null;
    answers.reset();
  }

  @Override
  public void bulk(byte type, int length) {
    rows += type == 'D' ? 1 : 0;
    output.let();
  }

  @Override
  public boolean message(byte type, ByteBuf in, int index, int length) {
    ServerConnection from = connection;
    if (from == null) {
      return false;
    }
    if (type == 'S') {
      return !ServerMessages.report(from, in, index, length).equals("in_hot_standby");
    }
    if (retrying && type != 'Z') {
      return false;
    }
    boolean forward = follow(from, type, in, index, length);
    return forward && !muted;
  }

  private boolean follow(ServerConnection from, byte type, ByteBuf in, int index, int length) {
    return switch (type) {
      case '1' -> parsed(from);
      case '2' -> pop(Step.Kind.BIND);
      case '3' -> closed();
      case 'T', 'n' -> {
        if (expected.isNext(Step.Kind.DESCRIBE)) {
          expected.answered();
        }
        yield true;
      }
      case 'C', 'I', 's' -> completed(type, in, index, length);
      case 'V' -> {
        executed = true;
        yield pop(Step.Kind.FUNCTION);
      }
      case 'G', 'W' -> {
        output.let();
        copying = true;
        listener.copyBegan();
        yield true;
      }
      case 'H' -> {
        output.let();
        yield true;
      }
      case 'E' -> error(from, in, index, length);
      case 'N' -> notice(in, index, length);
      case 'Z' -> ready(in, index);
      default -> true;
    };
  }

  private boolean parsed(ServerConnection from) {
    Step head = expected.next();
    if (head == null) {
      return true;
    }
    PreparedText text = head.text();
    if (text != null) {
      from.learned(text);
    }
    expected.answered();
    return head.kind() == Step.Kind.PARSE;
  }

  private boolean closed() {
    Step head = expected.next();
    if (head == null) {
      return true;
    }
    expected.answered();
    return head.kind() != Step.Kind.CLOSE_HIDDEN;
  }

  private boolean pop(Step.Kind kind) {
    expected.answered(kind);
    return true;
  }

  private boolean completed(byte type, ByteBuf in, int index, int length) {
    if (type == 'C') {
      lastTag = ServerMessages.tag(in, index, length);
      if (lastTag.equals("BEGIN") && route.toReplica()) {
        // A read-only transaction that has done nothing yet can begin again elsewhere.
        expected.answered(Step.Kind.EXECUTE);
        return true;
      }
    }
    output.let();
    executed = true;
    if (type == 'C') {
      rows = Math.max(rows, trailingNumber(lastTag));
    }
    copying &= unit.isExtended();
    expected.answered(Step.Kind.EXECUTE);
    return true;
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

  private boolean error(ServerConnection from, ByteBuf in, int index, int length) {
    ErrorFields fields = ServerMessages.error(in, index, length);
    failed = true;
    if (fields.severity().equals("FATAL") || fields.severity().equals("PANIC")) {
      // The connection ends behind it; the session tells the client what that means for him.
      fatal = fields;
      return false;
    }
    Step head = expected.next();
    PreparedText subject = head == null ? null : head.text();
    boolean stale = subject != null && Refusals.isOutdated(fields);
    boolean heals =
        stale && session.isIdle() && output.isHolding() && !executed && unit.isDescribed();
    if (subject != null && stale) {
      renew(from, subject, heals);
    }
    boolean refused =
        route.provenRead() && route.toReplica() && Refusals.isRefusal(fields.sqlState());
    if (heals || (refused && !stale && output.isHolding())) {
      retrying = true;
      output.discard();
      expected.dropDue();
      if (!stale && Refusals.isLasting(fields.sqlState())) {
        unit.analyses().forEach(analysis -> lane.learn(analysis.fingerprint().hash()));
      }
      return false;
    }
    sqlState = fields.sqlState();
    output.let();
    // The server skips what is left of the pipeline; a simple query goes on to its end.
    expected.skipToEnd();
    copying &= unit.isExtended();
    return true;
  }

  /*
   * Whoever prepares the text again gets it anew. A client that is told what it gets need not know;
   * others expect what was, and prepare it again when they see the error, as without the router.
   */
  private void renew(ServerConnection from, PreparedText outdated, boolean forThisUnit) {
    if (outdated.name().isEmpty()) {
      from.forgot(outdated);
    }
    PreparedText renewed = lane.prepared.renewed(outdated);
    if (forThisUnit) {
      unit.replace(outdated, renewed);
      session.statements().replace(outdated, renewed);
    }
  }

  private boolean notice(ByteBuf in, int index, int length) {
    ErrorFields fields = ServerMessages.notice(in, index, length);
    if (!fields.routine().equals("SyncRepWaitForLSN")) {
      return true;
    }
    // Committed here, perhaps nowhere else: to the client that is no success (DESIGN, decision 6).
    output.let();
    failed = true;
    sqlState = "08007";
    pass(
        Unpooled.wrappedBuffer(
            Replies.error(Replies.unknownOutcome(fields.message() + ": " + fields.detail()))));
    // Behind an error nothing but ReadyForQuery may come.
    muted = true;
    return false;
  }

  private boolean ready(ByteBuf in, int index) {
    session.status((char) in.getByte(index));
    expected.ended();
    copying = false;
    over = true;
    muted = false;
    if (retrying) {
      return false;
    }
    output.let();
    // What it is to hear stands before its end: the session tells it itself.
    return !session.isAtRestListening();
  }

  @Override
  public @Nullable ByteBuf injection() {
    if (muted) {
      expected.dropDue();
    }
    return expected.takeDue();
  }

  @Override
  public void pass(ByteBuf out) {
    if (retrying || muted || connection == null) {
      out.release();
    } else {
      output.pass(out);
    }
  }
}
