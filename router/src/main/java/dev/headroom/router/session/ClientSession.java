package dev.headroom.router.session;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.ErrorFields;
import dev.headroom.pgwire.ProtocolException;
import dev.headroom.router.pool.Login;
import dev.headroom.router.pool.ServerConnection;
import dev.headroom.router.pool.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that has logged in. Belongs to one event loop, as does every server connection it gets.
 *
 * <p>One unit at a time (a simple query, or a pipeline up to its Sync) is routed, waits for a
 * server connection, is sent, and is over with the server's ReadyForQuery: its {@link UnitCourse}.
 * Meanwhile what the client sends further stays unread, except in COPY and in a pipeline that is
 * flushed or too long to be kept. The server connection goes back when the transaction is over,
 * unless something of the session lives in it: then it is the client's to the end (pinned), and is
 * closed with him.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class ClientSession extends ChannelInboundHandlerAdapter
    implements UnitCourse.Client, Greeting.Guest {
  private static final int REFUSED_SECONDS = 10;

  private final Lane lane;
  private final Channel client;
  private final Bytes secretKey;
  private final SessionState session;
  private final UnitReader reader;
  private final ClientInput input = new ClientInput();
  private final ClientOutput output;
  private final UnitCourse course;
  /* Until the client has been greeted. */
  private @Nullable Greeting greeting;
  private int processId;

  ClientSession(Lane lane, Channel client, Login login, Settings startupSettings, String secret) {
    this.lane = lane;
    this.client = client;
    this.session = new SessionState(lane, login, lane.shared(startupSettings));
    this.output = new ClientOutput(client);
    this.course = new UnitCourse(lane, client, session, output, this);
    this.reader = new UnitReader(lane, session, course);
    // Protocol 3.0 has four bytes of key; 24 characters of base 64 hold far more.
    this.secretKey = Bytes.of(ByteBuffer.wrap(Bytes.of(secret).toArray(), 0, 4));
  }

  /** Authentication is over; {@code rest} is what came behind it. */
  void begin(ByteBuf rest) {
    do {
      processId = lane.random.nextInt(1, Integer.MAX_VALUE);
    } while (!lane.sessions.add(processId, this));
    input.append(rest);
    Map<String, String> known = lane.greetings().get(session.greeting());
    if (known == null) {
      Greeting first = new Greeting(lane, client, session, this);
      greeting = first;
      first.begin();
    } else {
      greet(known);
    }
  }

  @Override
  public void greet(Map<String, String> parameters) {
    greeting = null;
    parameters.forEach(
        (name, value) -> output.write(new BackendMessage.ParameterStatus(name, value).encode()));
    output.write(new BackendMessage.BackendKeyData(processId, secretKey).encode());
    output.write(Replies.READY_IDLE);
    output.flush();
    process();
  }

  @Override
  public int processId() {
    return processId;
  }

  boolean hasKey(Bytes secret) {
    return secret.equals(secretKey);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (course.isClosed()) {
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
    course.clientWritable(client.isWritable());
    course.hear();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    close();
  }

  @Override
  public void process() {
    try {
      while (greeting == null && course.mayRead()) {
        int tooLong = input.tooLong();
        if (tooLong > 0) {
          refuse(Replies.tooLong(tooLong));
          return;
        }
        byte[] frame = input.next();
        if (frame == null) {
          break;
        }
        if (course.isCopying()) {
          course.copy(frame);
        } else {
          message(frame);
        }
      }
    } catch (ProtocolException e) {
      end(Replies.protocol(String.valueOf(e.getMessage())));
    }
    if (!course.isClosed()) {
      course.hear();
      boolean room = input.size() < UnitCourse.MAX_UNREAD && !course.isServerFull();
      client.config().setAutoRead(room);
    }
  }

  private void message(byte[] frame) throws ProtocolException {
    switch (frame[0]) {
      case 'S' -> course.sync();
      case 'X' -> close();
      case 'd', 'c', 'f' -> {
        // Left over from a COPY that failed: PostgreSQL ignores them too.
      }
      default -> {
        if (!course.isSkipping()) {
          reader.read(frame);
        }
      }
    }
  }

  /** Ends what runs or waits, on request of the client. Any thread. */
  void cancel() {
    client.eventLoop().execute(course::cancel);
  }

  /** The router stops. Any thread. */
  void shutDown() {
    client.eventLoop().execute(() -> end(Replies.shuttingDown()));
  }

  @Override
  public void end(ErrorFields why) {
    if (course.isClosed()) {
      return;
    }
    if (course.isInsideMessage()) {
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
    if (course.isInsideMessage()) {
      close();
      return;
    }
    leave();
    client.config().setAutoRead(true);
    client.writeAndFlush(Unpooled.wrappedBuffer(Replies.error(why)), client.voidPromise());
    client.eventLoop().schedule(() -> client.close(), REFUSED_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    if (!course.isClosed()) {
      leave();
      client.close();
    }
  }

  private void leave() {
    lane.sessions.remove(processId, this);
    Greeting waiting = greeting;
    if (waiting != null) {
      waiting.end();
    }
    course.leave();
    input.release();
  }

  /** How it stands, for the admin database; a glance from another thread. */
  ClientFigures figures() {
    ServerConnection connection = course.connection();
    return new ClientFigures(
        processId,
        session.login().database(),
        session.login().user(),
        String.valueOf(client.remoteAddress()),
        greeting == null ? course.stateName() : "waiting",
        connection == null ? "" : connection.member().name(),
        connection == null ? 0 : connection.key().processId(),
        session.isPinned(),
        session.transaction());
  }
}
