package dev.headroom.router.session;

import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.pgwire.ProtocolException;
import dev.headroom.router.pool.PreparedText;
import dev.headroom.router.session.ClientStatements.Prepared;
import dev.headroom.router.statement.CommentedText;
import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.router.statement.Tags;
import dev.headroom.sql.SettingChange;
import dev.headroom.sql.StatementKind;
import dev.headroom.sql.StatementShape;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a client's messages as parts of a unit, and says what the unit is about. */
final class UnitReader {
  private static final Pattern UTF8 = Pattern.compile("(?i)\\b(utf8|utf-8|unicode)\\b");

  /** Who collects the unit. */
  interface Target {

    /** The one that is being read. */
    Unit unit();

    /** Another part of a pipeline. */
    void part(Part part, int size);

    /** The unit has all its parts. */
    void complete();

    /** LISTEN and UNLISTEN, which no server shall see. */
    void listens(StatementAnalysis analysis, List<ChannelChange> changes);
  }

  private final Lane lane;
  private final SessionState session;
  private final Target target;

  UnitReader(Lane lane, SessionState session, Target target) {
    this.lane = lane;
    this.session = session;
    this.target = target;
  }

  /** A message that is neither Sync nor Terminate nor COPY data. */
  void read(byte[] frame) throws ProtocolException {
    switch (frame[0]) {
      case 'Q' -> query(frame);
      case 'P' -> parse(frame);
      case 'B' -> bind(frame);
      case 'D' -> describe(frame);
      case 'E' -> execute(frame);
      case 'C' -> close(frame);
      case 'F' -> {
        target.unit().about(lane.analyses.of("FUNCTION CALL"), Tags.NONE);
        target.part(new Part.Raw(frame, Step.Kind.FUNCTION), frame.length);
      }
      case 'H' -> target.part(new Part.Flush(), frame.length);
      default ->
          throw new ProtocolException(
              "message type " + (frame[0] & 0xff) + " (expected: one that clients send)");
    }
  }

  private void query(byte[] frame) throws ProtocolException {
    String sql =
        ((FrontendMessage.Query) FrontendMessage.decode(frame[0], Frames.payload(frame))).sql();
    StatementAnalysis analysis = StatementAnalysis.of(sql);
    Optional<SettingChange> ownChange = OwnSettings.change(analysis);
    session.statements().forget("");
    boolean first = target.unit().isNew();
    if (first && ownChange.isPresent()) {
      local(
          session.own().change(analysis, ownChange.get(), lane.spec().routeHints()), frame.length);
      return;
    }
    List<ChannelChange> channels = channels(analysis);
    if (first && !channels.isEmpty()) {
      target.listens(analysis, channels);
      local(answer(channels), frame.length);
      return;
    }
    StatementShape shape = analysis.shapes().getFirst();
    boolean ours =
        analysis.shapes().size() == 1
            && shape.kind() == StatementKind.DEALLOCATE
            && session.statements().has(shape.subject())
            && !session.isPinned();
    if (first && ours) {
      session.statements().forget(shape.subject());
      local(Replies.complete("DEALLOCATE"), frame.length);
      return;
    }
    target.unit().about(analysis, analysis.tags());
    target.unit().add(new Part.Query(frame, analysis), frame.length);
    target.complete();
  }

  private boolean isOurs(StatementAnalysis analysis) {
    return OwnSettings.change(analysis).isPresent() || !channels(analysis).isEmpty();
  }

  /*
   * Notifications are heard on a connection of their own, unless the client keeps one anyway. A
   * transaction that has ended in the same unit could not be told from the one that listens.
   */
  private List<ChannelChange> channels(StatementAnalysis analysis) {
    List<ChannelChange> changes = ChannelChange.of(analysis);
    if (changes.isEmpty()
        || session.status() == 'E'
        || session.isPinned()
        || target.unit().has(StatementKind.COMMIT)
        || target.unit().has(StatementKind.ROLLBACK)) {
      return List.of();
    }
    boolean utf8 =
        session.settings().statement("client_encoding").map(UTF8::matcher).stream()
            .allMatch(Matcher::find);
    return utf8 ? changes : List.of();
  }

  private static byte[] answer(List<ChannelChange> changes) {
    return changes.stream()
        .map(change -> Replies.complete(change.tag()))
        .reduce(new byte[0], Frames::join);
  }

  private void local(byte[] answer, int size) {
    target.unit().add(new Part.Local(answer), size);
    target.unit().add(new Part.Sync(), 0);
    target.complete();
  }

  private void parse(byte[] frame) throws ProtocolException {
    int nameEnd = Frames.end(frame, 5);
    int textEnd = Frames.end(frame, nameEnd + 1);
    String name = Frames.text(frame, 5, nameEnd);
    String sent = Frames.text(frame, nameEnd + 1, textEnd);
    // Bytes that are not UTF-8 could not be told apart from what stands for them.
    CommentedText commented =
        sent.indexOf('\uFFFD') < 0
            ? CommentedText.of(sent, lane.analyses)
            : new CommentedText(sent, Tags.NONE);
    Bytes content =
        commented.sql().length() == sent.length()
            ? Bytes.of(ByteBuffer.wrap(frame, nameEnd + 1, frame.length - nameEnd - 1))
            : Frames.parse(commented.sql(), frame, textEnd);
    // With parameters it will come again: the servers keep it, whatever the client does.
    boolean named = !name.isEmpty() || commented.sql().indexOf('$') >= 0;
    PreparedText text = lane.prepared.of(content, commented.sql(), session.nameScope(), named);
    session.statements().prepared(name, text, commented.tags().or(text.analysis().tags()));
    if (isOurs(text.analysis())) {
      target.part(new Part.Local(Replies.PARSE_COMPLETE), frame.length);
      return;
    }
    target.unit().about(text.analysis(), Tags.NONE);
    target.part(new Part.Parse(text), frame.length);
  }

  private void bind(byte[] frame) throws ProtocolException {
    int portalEnd = Frames.end(frame, 5) + 1;
    int nameEnd = Frames.end(frame, portalEnd) + 1;
    String portal = Frames.text(frame, 5, portalEnd - 1);
    Prepared statement = session.statements().statement(Frames.text(frame, portalEnd, nameEnd - 1));
    session.statements().bound(portal, statement);
    PreparedText text = statement == null ? null : statement.text();
    if (statement == null || text == null) {
      target.unit().about(lane.analyses.of("EXECUTE unknown"), Tags.NONE);
    } else if (isOurs(text.analysis())) {
      target.part(new Part.Local(Replies.BIND_COMPLETE), frame.length);
      return;
    } else {
      target.unit().about(text.analysis(), statement.takeTags());
    }
    target.part(new Part.Bind(frame, portalEnd, nameEnd, text), frame.length);
  }

  private void describe(byte[] frame) throws ProtocolException {
    String name = Frames.text(frame, 6, Frames.end(frame, 6));
    boolean ofStatement = frame[5] == 'S';
    Prepared statement =
        ofStatement ? session.statements().statement(name) : session.statements().portal(name);
    PreparedText text = statement == null ? null : statement.text();
    if (text != null && isOurs(text.analysis())) {
      byte[] answer =
          ofStatement ? Frames.join(Replies.NO_PARAMETERS, Replies.NO_DATA) : Replies.NO_DATA;
      target.part(new Part.Local(answer), frame.length);
      return;
    }
    if (text != null) {
      target.unit().about(text.analysis(), Tags.NONE);
    }
    target.part(
        ofStatement
            ? new Part.DescribeStatement(frame, text)
            : new Part.Raw(frame, Step.Kind.DESCRIBE),
        frame.length);
  }

  private void execute(byte[] frame) throws ProtocolException {
    Prepared statement = session.statements().portal(Frames.text(frame, 5, Frames.end(frame, 5)));
    if (statement != null) {
      StatementAnalysis analysis = statement.text().analysis();
      Optional<SettingChange> change = OwnSettings.change(analysis);
      if (change.isPresent()) {
        boolean allowed = lane.spec().routeHints();
        target.part(
            new Part.Local(session.own().change(analysis, change.get(), allowed)), frame.length);
        return;
      }
      List<ChannelChange> channels = channels(analysis);
      if (!channels.isEmpty()) {
        target.listens(analysis, channels);
        target.part(new Part.Local(answer(channels)), frame.length);
        return;
      }
      target.unit().about(analysis, Tags.NONE);
      target.unit().executed(analysis);
    }
    target.part(new Part.Raw(frame, Step.Kind.EXECUTE), frame.length);
  }

  private void close(byte[] frame) throws ProtocolException {
    String name = Frames.text(frame, 6, Frames.end(frame, 6));
    if (frame[5] == 'S' && (session.statements().forget(name) || !session.isPinned())) {
      // The servers keep it: other clients use the same.
      target.part(new Part.Local(Replies.CLOSE_COMPLETE), frame.length);
    } else {
      target.part(new Part.Raw(frame, Step.Kind.CLOSE), frame.length);
    }
  }
}
