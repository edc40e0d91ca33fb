package dev.headroom.router.session;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.ErrorFields;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.pgwire.ProtocolException;
import dev.headroom.pgwire.ScramClient;
import dev.headroom.pgwire.ScramKeys;
import dev.headroom.pgwire.ScramServer;
import dev.headroom.router.pool.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that is not yet known: encryption requests, start-up, SCRAM-SHA-256, cancel requests.
 * Ends in a {@link ClientSession}, or in a closed connection.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
public final class ClientLogin extends ChannelInboundHandlerAdapter {
  /* PostgreSQL's own limits for who has not proven anything: MAX_STARTUP_PACKET_LENGTH, and 64 KB. */
  private static final int MAX_STARTUP = 10_000;
  private static final int MAX_ANSWER = 65_535;
  private static final int SECONDS = 60;

  /** Who may come in. */
  public record Gate(String database, String user, ScramKeys keys, Supplier<String> nonces) {}

  private enum Stage {
    STARTUP,
    SASL_FIRST,
    SASL_FINAL,
    OVER
  }

  private final Lane lane;
  private final Gate gate;
  private Stage stage = Stage.STARTUP;
  private ByteBuf input = Unpooled.EMPTY_BUFFER;
  private FrontendMessage.@Nullable Startup startup;
  private @Nullable ScramServer scram;
  private @Nullable Future<?> deadline;

  public ClientLogin(Lane lane, Gate gate) {
    this.lane = lane;
    this.gate = gate;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    deadline =
        context
            .executor()
            .schedule(
                () -> {
                  if (stage != Stage.OVER) {
                    context.close();
                  }
                },
                SECONDS,
                TimeUnit.SECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (input.isReadable()) {
      ByteBuf joined = context.alloc().buffer(input.readableBytes() + bytes.readableBytes());
      joined.writeBytes(input).writeBytes(bytes);
      input.release();
      bytes.release();
      input = joined;
    } else {
      input.release();
      input = bytes;
    }
    try {
      boolean more = true;
      while (more && stage != Stage.OVER) {
        more = stage == Stage.STARTUP ? startup(context) : answer(context);
      }
    } catch (ProtocolException e) {
      refuse(context, Replies.protocol(String.valueOf(e.getMessage())));
    }
  }

  private boolean startup(ChannelHandlerContext context) throws ProtocolException {
    if (input.readableBytes() < 4) {
      return false;
    }
    int length = input.getInt(input.readerIndex());
    if (length < 8 || length > MAX_STARTUP) {
      throw new ProtocolException(
          "start-up message: length " + length + " (expected: 8 to " + MAX_STARTUP + ")");
    }
    if (input.readableBytes() < length) {
      return false;
    }
    input.skipBytes(4);
    byte[] payload = new byte[length - 4];
    input.readBytes(payload);
    switch (FrontendMessage.decodeStartup(ByteBuffer.wrap(payload))) {
      case FrontendMessage.SslRequest m -> noEncryption(context);
      case FrontendMessage.GssEncRequest m -> noEncryption(context);
      case FrontendMessage.CancelRequest m -> {
        stage = Stage.OVER;
        lane.sessions.cancel(m.processId(), m.secretKey());
        context.close();
      }
      case FrontendMessage.Startup m -> begin(context, m);
      default -> throw new ProtocolException("start-up message: not one");
    }
    return true;
  }

  private void noEncryption(ChannelHandlerContext context) throws ProtocolException {
    if (input.isReadable()) {
      // Bytes behind the request were sent before our answer: somebody injects (CVE-2021-23222).
      throw new ProtocolException("data behind an encryption request");
    }
    context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {'N'}));
  }

  private void begin(ChannelHandlerContext context, FrontendMessage.Startup message) {
    startup = message;
    String user = message.parameters().getOrDefault("user", "");
    String database = message.parameters().getOrDefault("database", user);
    String replication = message.parameters().getOrDefault("replication", "false");
    if (!replication.matches("(?i)false|off|no|0")) {
      refuse(
          context,
          ErrorFields.fatal(
              "0A000",
              "the router does not carry the replication protocol",
              "",
              "Connect to the PostgreSQL server itself."));
    } else if (!database.equals(gate.database())) {
      refuse(
          context,
          ErrorFields.fatal(
              "3D000",
              "database \""
                  + database
                  + "\" is not behind this router (expected: \""
                  + gate.database()
                  + "\")",
              "",
              database.equals("headroom") || database.equals("pgbouncer")
                  ? "There is no admin database yet."
                  : ""));
    } else {
      if (message.minor() > 0) {
        send(context, new BackendMessage.NegotiateProtocolVersion(3 << 16, List.of()));
      }
      stage = Stage.SASL_FIRST;
      send(context, new BackendMessage.AuthenticationSasl(List.of(ScramClient.MECHANISM)));
    }
  }

  private boolean answer(ChannelHandlerContext context) throws ProtocolException {
    if (input.readableBytes() < 5) {
      return false;
    }
    byte type = input.getByte(input.readerIndex());
    int length = input.getInt(input.readerIndex() + 1);
    if (type == 'X') {
      stage = Stage.OVER;
      context.close();
      return false;
    }
    if (type != 'p' || length < 4 || length > MAX_ANSWER) {
      throw new ProtocolException(
          "message '"
              + (char) (type & 0xff)
              + "' of length "
              + length
              + " (expected: an answer to the authentication request)");
    }
    if (input.readableBytes() < length + 1) {
      return false;
    }
    input.skipBytes(5);
    byte[] payload = new byte[length - 4];
    input.readBytes(payload);
    if (stage == Stage.SASL_FIRST) {
      saslFirst(context, payload);
    } else {
      saslFinal(context, payload);
    }
    return true;
  }

  /* SASLInitialResponse: mechanism, zero, length, data. */
  private void saslFirst(ChannelHandlerContext context, byte[] payload) throws ProtocolException {
    int zero = 0;
    while (zero < payload.length && payload[zero] != 0) {
      zero++;
    }
    Bytes mechanism = Bytes.of(ByteBuffer.wrap(payload, 0, zero));
    if (payload.length < zero + 5 || !mechanism.utf8().equals(ScramClient.MECHANISM)) {
      throw new ProtocolException(
          "SASL mechanism \"" + mechanism.utf8() + "\" (expected: SCRAM-SHA-256)");
    }
    ScramServer exchange = new ScramServer(gate.keys(), gate.nonces().get());
    scram = exchange;
    Bytes data = Bytes.of(ByteBuffer.wrap(payload, zero + 5, payload.length - zero - 5));
    send(context, new BackendMessage.AuthenticationSaslContinue(exchange.first(data)));
    stage = Stage.SASL_FINAL;
  }

  private void saslFinal(ChannelHandlerContext context, byte[] payload) throws ProtocolException {
    ScramServer exchange = scram;
    FrontendMessage.Startup message = startup;
    if (exchange == null || message == null) {
      throw new ProtocolException("SASL response before the exchange began");
    }
    String user = message.parameters().getOrDefault("user", "");
    Optional<Bytes> proof = exchange.verify(Bytes.of(payload));
    // An unknown user goes through the same exchange, so that names cannot be told apart.
    boolean known =
        MessageDigest.isEqual(Bytes.of(user).toArray(), Bytes.of(gate.user()).toArray());
    if (proof.isEmpty() || !known) {
      refuse(
          context,
          ErrorFields.fatal(
              "28P01", "password authentication failed for user \"" + user + "\"", "", ""));
      return;
    }
    stage = Stage.OVER;
    Future<?> timer = deadline;
    if (timer != null) {
      timer.cancel(false);
    }
    context.write(
        Unpooled.wrappedBuffer(new BackendMessage.AuthenticationSaslFinal(proof.get()).encode()));
    context.write(Unpooled.wrappedBuffer(new BackendMessage.AuthenticationOk().encode()));
    ClientSession session =
        new ClientSession(
            lane, context.channel(), Settings.ofStartup(message.parameters()), gate.nonces().get());
    context.pipeline().replace(this, "session", session);
    ByteBuf rest = input;
    input = Unpooled.EMPTY_BUFFER;
    session.begin(rest);
  }

  private static void send(ChannelHandlerContext context, BackendMessage message) {
    context.writeAndFlush(Unpooled.wrappedBuffer(message.encode()), context.voidPromise());
  }

  private void refuse(ChannelHandlerContext context, ErrorFields why) {
    stage = Stage.OVER;
    context
        .writeAndFlush(Unpooled.wrappedBuffer(Replies.error(why)))
        .addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    input.release();
    input = Unpooled.EMPTY_BUFFER;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
