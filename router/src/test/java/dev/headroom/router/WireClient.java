package dev.headroom.router;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.pgwire.ProtocolException;
import dev.headroom.pgwire.ScramClient;
import dev.headroom.pgwire.ScramKeyCache;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** A client that speaks the protocol message by message, and can stop anywhere. */
final class WireClient implements AutoCloseable {
  private static final int MAX_LENGTH = 1 << 20;

  private final Socket socket;
  private final DataInputStream in;

  WireClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) RouterFixture.BOUND.toMillis());
    in = new DataInputStream(socket.getInputStream());
  }

  WireClient send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  WireClient send(FrontendMessage... messages) {
    for (FrontendMessage message : messages) {
      send(message.encode());
    }
    return this;
  }

  WireClient query(String sql) {
    return send(new FrontendMessage.Query(sql));
  }

  /** The next message; an {@link EOFException} when the connection ended. */
  BackendMessage next() throws IOException {
    byte type = in.readByte();
    int length = in.readInt();
    if (length < 4 || length > MAX_LENGTH) {
      throw new ProtocolException(
          "message '" + (char) type + "' of length " + length + ": the stream is out of step");
    }
    byte[] payload = new byte[length - 4];
    in.readFully(payload);
    return BackendMessage.decode(type, ByteBuffer.wrap(payload));
  }

  /** Reads up to a message of {@code type}, which is the answer. */
  <T extends BackendMessage> T await(Class<T> type) {
    try {
      while (true) {
        BackendMessage message = next();
        if (type.isInstance(message)) {
          return type.cast(message);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads to ReadyForQuery or to the end of the connection; what the error said.
   *
   * @return SQLSTATE, or the empty text when there was no error
   */
  String sqlState() {
    String state = "";
    try {
      while (true) {
        BackendMessage message = next();
        if (message instanceof BackendMessage.ErrorResponse error) {
          state = error.fields().sqlState();
        } else if (message instanceof BackendMessage.ReadyForQuery) {
          return state;
        }
      }
    } catch (EOFException | SocketException e) {
      return state.isEmpty() ? "closed" : state;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  WireClient startup(String user, String database) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", user);
    parameters.put("database", database);
    return send(
        new FrontendMessage.Startup(FrontendMessage.Startup.VERSION_3_0, parameters).encode());
  }

  /** Proves the password by SCRAM-SHA-256; the start-up message has been sent. */
  WireClient authenticate(String password) throws IOException {
    ScramClient scram = new ScramClient("a-nonce-of-a-test-client", new ScramKeyCache(password));
    await(BackendMessage.AuthenticationSasl.class);
    send(new FrontendMessage.SaslInitialResponse(ScramClient.MECHANISM, scram.first()).encode());
    Bytes challenge = await(BackendMessage.AuthenticationSaslContinue.class).data();
    send(new FrontendMessage.SaslResponse(scram.proof(challenge)).encode());
    await(BackendMessage.ReadyForQuery.class);
    return this;
  }

  /** Sends no more, and still listens. */
  WireClient finish() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Ends without a word, by a reset. */
  void vanish() {
    try {
      socket.setOption(StandardSocketOptions.SO_LINGER, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    vanish();
  }
}
