package dev.headroom.router.session;

import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.router.pool.PreparedText;
import dev.headroom.router.pool.ServerConnection;
import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends a unit to a server: prepares there what the client believes to be prepared, under the names
 * that all clients share, and notes what answers to expect.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class UnitSender {
  private static final byte[] FLUSH = new FrontendMessage.Flush().encode();
  private static final byte[] SYNC = new FrontendMessage.Sync().encode();

  private final Expected expected;
  private final Set<PreparedText> beingPrepared = new HashSet<>();
  private @Nullable PreparedText unnamedSent;

  UnitSender(Expected expected) {
    this.expected = expected;
  }

  /** Nothing of the next unit has been sent. */
  void begin() {
    beingPrepared.clear();
    unnamedSent = null;
  }

  /** Sends these parts of the unit. */
  void send(ServerConnection connection, Unit unit, List<Part> parts) {
    ByteBuf out = connection.channel().alloc().buffer(Math.max(256, unit.bytes() + 64));
    if (unit.isExtended() && !parts.isEmpty()) {
      connection.tooMany().ifPresent(text -> close(connection, text, out));
    }
    for (Part part : parts) {
      encode(connection, part, out);
    }
    connection.channel().writeAndFlush(out, connection.channel().voidPromise());
    // Answers that wait for nothing of the server.
    expected.ripen();
  }

  private void close(ServerConnection connection, PreparedText text, ByteBuf out) {
    connection.forgot(text);
    out.writeBytes(
        new FrontendMessage.Close(FrontendMessage.Target.STATEMENT, text.name()).encode());
    expected.add(Step.of(Step.Kind.CLOSE_HIDDEN));
  }

  private void encode(ServerConnection connection, Part part, ByteBuf out) {
    switch (part) {
      case Part.Parse parse -> {
        PreparedText text = parse.text();
        if (!text.name().isEmpty() && isPrepared(connection, text)) {
          expected.add(new Step(Step.Kind.FAKE, null, Replies.PARSE_COMPLETE));
        } else {
          prepare(text, out, Step.Kind.PARSE);
        }
      }
      case Part.Bind bind -> {
        bind(connection, bind, out);
        expected.add(new Step(Step.Kind.BIND, bind.text(), null));
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
        expected.add(new Step(Step.Kind.DESCRIBE, text, null));
      }
      case Part.Raw raw -> {
        out.writeBytes(raw.frame());
        expected.add(Step.of(raw.step()));
      }
      case Part.Flush flush -> out.writeBytes(FLUSH);
      case Part.Query query -> {
        connection.forgotUnnamed();
        out.writeBytes(query.frame());
        expected.add(Step.of(Step.Kind.QUERY));
      }
      case Part.Local local -> expected.add(new Step(Step.Kind.FAKE, null, local.answer()));
      case Part.Sync sync -> {
        out.writeBytes(SYNC);
        expected.add(Step.of(Step.Kind.SYNC));
      }
    }
  }

  private void bind(ServerConnection connection, Part.Bind bind, ByteBuf out) {
    byte[] frame = bind.frame();
    PreparedText text = bind.text();
    if (text == null) {
      out.writeBytes(frame);
      return;
    }
    ensurePrepared(connection, text, out);
    byte[] name = Bytes.of(text.name()).toArray();
    out.writeByte('B');
    out.writeInt(4 + (bind.portalEnd() - 5) + name.length + 1 + (frame.length - bind.nameEnd()));
    out.writeBytes(frame, 5, bind.portalEnd() - 5);
    out.writeBytes(name).writeByte(0);
    out.writeBytes(frame, bind.nameEnd(), frame.length - bind.nameEnd());
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
    expected.add(new Step(step, text, null));
    if (text.name().isEmpty()) {
      unnamedSent = text;
    } else {
      beingPrepared.add(text);
    }
  }
}
