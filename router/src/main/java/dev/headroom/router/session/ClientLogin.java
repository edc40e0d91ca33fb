package dev.headroom.router.session;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.Credential;
import dev.headroom.pgwire.ErrorFields;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.pgwire.ProtocolException;
import dev.headroom.pgwire.ScramClient;
import dev.headroom.pgwire.ScramKeys;
import dev.headroom.pgwire.ScramServer;
import dev.headroom.pgwire.ServerLogin;
import dev.headroom.router.pool.Login;
import dev.headroom.router.pool.Logins;
import dev.headroom.router.pool.Settings;
import dev.headroom.spec.RouterSpec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * A client that is not yet known: encryption requests, start-up, passwords, cancel requests. Ends
 * in a {@link ClientSession}, or in a closed connection.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
public final class ClientLogin extends ChannelInboundHandlerAdapter {
  /* PostgreSQL's own limits for who has not proven anything: MAX_STARTUP_PACKET_LENGTH, and 64 KB. */
  private static final int MAX_STARTUP = 10_000;
  private static final int MAX_ANSWER = 65_535;
  private static final int SECONDS = 60;
  private static final int TLS_HANDSHAKE = 22;
  private static final String ALPN = "postgresql";

  /**
   * Who may come in, and how.
   *
   * @param application the application's database and user, who alone has the admin database
   * @param admission read for each client, as are the settings: they may change
   * @param secret known to nobody outside
   */
  public record Gate(
      Login application,
      Logins logins,
      Supplier<Admission> admission,
      AuthQuery authQuery,
      Supplier<RouterSpec> settings,
      Supplier<String> nonces,
      Bytes secret,
      AdminDatabase admin) {}

  private enum Stage {
    STARTUP,
    /** The database is asked who it is. */
    LOOKUP,
    MD5,
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
  /* Who it claims to be; null for nobody that is known. */
  private @Nullable KnownUser claimed;
  private byte[] salt = {};
  private boolean encrypted;
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
    process(context);
  }

  private void process(ChannelHandlerContext context) {
    try {
      boolean more = true;
      while (more && stage != Stage.OVER) {
        more =
            switch (stage) {
              case STARTUP -> startup(context);
              case LOOKUP -> false;
              default -> answer(context);
            };
      }
    } catch (ProtocolException e) {
      refuse(context, Replies.protocol(String.valueOf(e.getMessage())));
    }
  }

  private boolean startup(ChannelHandlerContext context) throws ProtocolException {
    if (input.readableBytes() < 4) {
      return false;
    }
    if (input.getByte(input.readerIndex()) == TLS_HANDSHAKE
        && gate.admission().get().tls().isEnabled()
        && !encrypted) {
      // TLS from the first byte, as PostgreSQL 17 has it.
      ByteBuf hello = input;
      input = Unpooled.EMPTY_BUFFER;
      encrypt(context);
      context.pipeline().fireChannelRead(hello);
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
      case FrontendMessage.SslRequest m ->
          encryption(context, gate.admission().get().tls().isEnabled() && !encrypted);
      case FrontendMessage.GssEncRequest m -> encryption(context, false);
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

  private void encryption(ChannelHandlerContext context, boolean offered) throws ProtocolException {
    if (input.isReadable()) {
      // Bytes behind the request were sent before our answer: somebody injects (CVE-2021-23222).
      throw new ProtocolException("data behind an encryption request");
    }
    context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {(byte) (offered ? 'S' : 'N')}));
    if (offered) {
      encrypt(context);
    }
  }

  private void encrypt(ChannelHandlerContext context) {
    encrypted = true;
    SSLEngine engine = gate.admission().get().tls().serverEngine();
    engine.setHandshakeApplicationProtocolSelector(
        (e, offered) -> offered.isEmpty() ? "" : offered.contains(ALPN) ? ALPN : null);
    context.pipeline().addFirst("tls", new SslHandler(engine));
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
    } else if (!encrypted && tlsRequired()) {
      refuse(
          context,
          ErrorFields.fatal(
              "28000",
              "connection without TLS (expected: TLS, by spec.router.tls.required)",
              "",
              "Add sslmode=require to the connection's URL."));
    } else if (!isServed(database)) {
      refuse(
          context,
          ErrorFields.fatal(
              "3D000",
              "database \""
                  + database
                  + "\" is not behind this router (expected: one of "
                  + gate.admission().get().databases().stream().sorted().toList()
                  + ")",
              "",
              "spec.router.databases names more; the admin database is \""
                  + AdminDatabase.NAME
                  + "\"."));
    } else {
      if (message.minor() > 0) {
        send(context, new BackendMessage.NegotiateProtocolVersion(3 << 16, List.of()));
      }
      lookUp(context, message, user);
    }
  }

  private boolean isServed(String database) {
    return gate.admission().get().databases().contains(database) || AdminDatabase.isNamed(database);
  }

  private void lookUp(ChannelHandlerContext context, FrontendMessage.Startup message, String user) {
    Optional<KnownUser> known = gate.admission().get().user(user);
    Optional<String> query = gate.settings().get().authQuery();
    if (known.isPresent() || query.isEmpty()) {
      challenge(context, message, user, known);
      return;
    }
    stage = Stage.LOOKUP;
    Thread.ofVirtual()
        .name("router user")
        .start(
            () -> {
              try {
                Optional<KnownUser> found = gate.authQuery().find(query.get(), user);
                context.executor().execute(() -> lookedUp(context, message, user, found));
              } catch (IOException e) {
                ErrorFields why =
                    ErrorFields.fatal(
                        "58000",
                        "user \"" + user + "\" cannot be looked up: " + e.getMessage(),
                        "",
                        "spec.router.authQuery is asked of the primary, as user "
                            + gate.application().user()
                            + ".");
                context.executor().execute(() -> refuse(context, why));
              }
            });
  }

  private void lookedUp(
      ChannelHandlerContext context,
      FrontendMessage.Startup message,
      String user,
      Optional<KnownUser> found) {
    if (stage == Stage.LOOKUP && context.channel().isActive()) {
      challenge(context, message, user, found);
      process(context);
    }
  }

  private void challenge(
      ChannelHandlerContext context,
      FrontendMessage.Startup message,
      String user,
      Optional<KnownUser> known) {
    claimed = known.orElse(null);
    boolean verifier = known.map(k -> k.credential() instanceof Credential.Verifier).orElse(false);
    RouterSpec.Auth auth = gate.settings().get().auth();
    if (auth == RouterSpec.Auth.TRUST) {
      if (known.isPresent()) {
        admit(context, message, known.get().credential());
      } else {
        refuse(context, wrongPassword(user));
      }
    } else if (auth == RouterSpec.Auth.MD5 && !verifier) {
      stage = Stage.MD5;
      salt = Arrays.copyOf(Bytes.of(gate.nonces().get()).toArray(), 4);
      send(context, new BackendMessage.AuthenticationMd5Password(Bytes.of(salt)));
    } else {
      // Who is known by a verifier proves itself by SCRAM under MD5 too, as PostgreSQL has it.
      stage = Stage.SASL_FIRST;
      send(context, new BackendMessage.AuthenticationSasl(List.of(ScramClient.MECHANISM)));
    }
  }

  private boolean tlsRequired() {
    return gate.settings().get().tls().map(RouterSpec.ClientTls::required).orElse(false);
  }

  private static ErrorFields wrongPassword(String user) {
    return ErrorFields.fatal(
        "28P01", "password authentication failed for user \"" + user + "\"", "", "");
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
    switch (stage) {
      case MD5 -> md5(context, payload);
      case SASL_FIRST -> saslFirst(context, payload);
      default -> saslFinal(context, payload);
    }
    return true;
  }

  private void md5(ChannelHandlerContext context, byte[] payload) throws ProtocolException {
    FrontendMessage.Startup message = startup;
    if (message == null) {
      throw new ProtocolException("password before the start-up message");
    }
    String user = message.parameters().getOrDefault("user", "");
    KnownUser known = claimed;
    Credential credential =
        known == null ? new Credential.Password(gate.nonces().get()) : known.credential();
    byte[] wanted = Bytes.of(ServerLogin.md5(user, credential, Bytes.of(salt)) + "\0").toArray();
    if (MessageDigest.isEqual(wanted, payload) && known != null) {
      admit(context, message, credential);
    } else {
      wrong(context, user);
    }
  }

  private void wrong(ChannelHandlerContext context, String user) {
    gate.authQuery().forget(user);
    refuse(context, wrongPassword(user));
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
    KnownUser known = claimed;
    FrontendMessage.Startup message = startup;
    String user = message == null ? "" : message.parameters().getOrDefault("user", "");
    ScramKeys keys =
        known == null
            ? KnownUser.nobody(user, gate.secret())
            : known.keys().orElseGet(() -> KnownUser.nobody(user, gate.secret()));
    ScramServer exchange = new ScramServer(keys, gate.nonces().get());
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
    KnownUser known = claimed;
    if (proof.isEmpty() || known == null) {
      wrong(context, user);
      return;
    }
    context.write(
        Unpooled.wrappedBuffer(new BackendMessage.AuthenticationSaslFinal(proof.get()).encode()));
    Credential credential = known.credential();
    admit(
        context,
        message,
        credential instanceof Credential.Verifier
            ? new Credential.Verifier(exchange.proven())
            : credential);
  }

  private void admit(
      ChannelHandlerContext context, FrontendMessage.Startup message, Credential credential) {
    String user = message.parameters().getOrDefault("user", "");
    String database = message.parameters().getOrDefault("database", user);
    boolean admin = !gate.admission().get().databases().contains(database);
    if (admin && !user.equals(gate.application().user())) {
      refuse(
          context,
          ErrorFields.fatal(
              "42501",
              "user \""
                  + user
                  + "\" may not use the admin database (expected: \""
                  + gate.application().user()
                  + "\")",
              "",
              ""));
      return;
    }
    stage = Stage.OVER;
    Future<?> timer = deadline;
    if (timer != null) {
      timer.cancel(false);
    }
    context.write(Unpooled.wrappedBuffer(new BackendMessage.AuthenticationOk().encode()));
    ByteBuf rest = input;
    input = Unpooled.EMPTY_BUFFER;
    if (admin) {
      AdminSession session = new AdminSession(gate.admin());
      context.pipeline().replace(this, "admin", session);
      session.begin(context.channel(), rest);
      return;
    }
    ClientSession session =
        new ClientSession(
            lane,
            context.channel(),
            gate.logins().of(database, user, credential),
            Settings.ofStartup(message.parameters()),
            gate.nonces().get());
    context.pipeline().replace(this, "session", session);
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
