package dev.headroom.pgwire;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a client sends. Text is UTF-8. */
public sealed interface FrontendMessage {
  int SSL_REQUEST_CODE = 80877103;
  int GSSENC_REQUEST_CODE = 80877104;
  int CANCEL_REQUEST_CODE = 80877102;

  /** The first message of a session; {@code parameters} hold user, database and settings. */
  record Startup(int protocol, Map<String, String> parameters) implements FrontendMessage {
    public static final int VERSION_3_0 = 3 << 16;

    public Startup {
      parameters = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    public int major() {
      return protocol >>> 16;
    }

    public int minor() {
      return protocol & 0xffff;
    }
  }

  record SslRequest() implements FrontendMessage {}

  record GssEncRequest() implements FrontendMessage {}

  /** Asks, on a connection of its own, to end what another one runs. */
  record CancelRequest(int processId, Bytes secretKey) implements FrontendMessage {}

  /** Answer to any authentication request: its content depends on what was asked. */
  record Password(Bytes content) implements FrontendMessage {}

  record SaslInitialResponse(String mechanism, Bytes data) implements FrontendMessage {}

  record SaslResponse(Bytes data) implements FrontendMessage {}

  record Query(String sql) implements FrontendMessage {}

  record Parse(String statement, String sql, List<Integer> parameterTypes)
      implements FrontendMessage {
    public Parse {
      parameterTypes = List.copyOf(parameterTypes);
    }
  }

  record Bind(
      String portal,
      String statement,
      List<Integer> parameterFormats,
      List<Optional<Bytes>> parameters,
      List<Integer> resultFormats)
      implements FrontendMessage {
    public Bind {
      parameterFormats = List.copyOf(parameterFormats);
      parameters = List.copyOf(parameters);
      resultFormats = List.copyOf(resultFormats);
    }
  }

  /** What Describe and Close are about. */
  enum Target {
    STATEMENT,
    PORTAL
  }

  record Describe(Target target, String name) implements FrontendMessage {}

  record Execute(String portal, int maxRows) implements FrontendMessage {}

  record Close(Target target, String name) implements FrontendMessage {}

  record Sync() implements FrontendMessage {}

  record Flush() implements FrontendMessage {}

  record FunctionCall(Bytes content) implements FrontendMessage {}

  record CopyData(Bytes data) implements FrontendMessage {}

  record CopyDone() implements FrontendMessage {}

  record CopyFail(String reason) implements FrontendMessage {}

  record Terminate() implements FrontendMessage {}

  /**
   * Reads a message of the start-up phase, which has no type byte.
   *
   * @param payload what follows the length
   */
  static FrontendMessage decodeStartup(ByteBuffer payload) throws ProtocolException {
    return FrontendCodec.decodeStartup(payload);
  }

  /**
   * Reads a message; a {@code p} is a {@link Password}, which the two SASL messages travel as.
   *
   * @param payload what follows the length
   */
  static FrontendMessage decode(byte type, ByteBuffer payload) throws ProtocolException {
    return FrontendCodec.decode(type, payload);
  }

  /** With type and length, ready to send. */
  default byte[] encode() {
    return FrontendCodec.encode(this);
  }
}
