package dev.headroom.pgwire;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** What a server sends. Text is UTF-8. */
public sealed interface BackendMessage {

  /** Authentication is over and was successful. */
  record AuthenticationOk() implements BackendMessage {}

  record AuthenticationCleartextPassword() implements BackendMessage {}

  record AuthenticationMd5Password(Bytes salt) implements BackendMessage {}

  record AuthenticationSasl(List<String> mechanisms) implements BackendMessage {
    public AuthenticationSasl {
      mechanisms = List.copyOf(mechanisms);
    }
  }

  record AuthenticationSaslContinue(Bytes data) implements BackendMessage {}

  record AuthenticationSaslFinal(Bytes data) implements BackendMessage {}

  /** Kerberos, GSSAPI, SSPI and whatever comes: known by number only. */
  record AuthenticationOther(int code, Bytes data) implements BackendMessage {}

  record BackendKeyData(int processId, Bytes secretKey) implements BackendMessage {}

  record ParameterStatus(String name, String value) implements BackendMessage {}

  record NegotiateProtocolVersion(int newestMinor, List<String> unknownOptions)
      implements BackendMessage {
    public NegotiateProtocolVersion {
      unknownOptions = List.copyOf(unknownOptions);
    }
  }

  record ReadyForQuery(TransactionStatus status) implements BackendMessage {}

  record RowDescription(List<Field> fields) implements BackendMessage {
    public RowDescription {
      fields = List.copyOf(fields);
    }
  }

  /** One column of a result. */
  record Field(
      String name, int tableOid, int column, int typeOid, int typeSize, int typeMod, int format) {}

  record DataRow(List<Optional<Bytes>> values) implements BackendMessage {
    public DataRow {
      values = List.copyOf(values);
    }
  }

  record CommandComplete(String tag) implements BackendMessage {}

  record EmptyQueryResponse() implements BackendMessage {}

  record ErrorResponse(ErrorFields fields) implements BackendMessage {}

  record NoticeResponse(ErrorFields fields) implements BackendMessage {}

  record NotificationResponse(int processId, String channel, String payload)
      implements BackendMessage {}

  record ParseComplete() implements BackendMessage {}

  record BindComplete() implements BackendMessage {}

  record CloseComplete() implements BackendMessage {}

  record NoData() implements BackendMessage {}

  record PortalSuspended() implements BackendMessage {}

  record ParameterDescription(List<Integer> types) implements BackendMessage {
    public ParameterDescription {
      types = List.copyOf(types);
    }
  }

  record CopyInResponse(int format, List<Integer> columnFormats) implements BackendMessage {
    public CopyInResponse {
      columnFormats = List.copyOf(columnFormats);
    }
  }

  record CopyOutResponse(int format, List<Integer> columnFormats) implements BackendMessage {
    public CopyOutResponse {
      columnFormats = List.copyOf(columnFormats);
    }
  }

  record CopyBothResponse(int format, List<Integer> columnFormats) implements BackendMessage {
    public CopyBothResponse {
      columnFormats = List.copyOf(columnFormats);
    }
  }

  record CopyData(Bytes data) implements BackendMessage {}

  record CopyDone() implements BackendMessage {}

  record FunctionCallResponse(Optional<Bytes> value) implements BackendMessage {}

  /**
   * Reads a message.
   *
   * @param payload what follows the length
   */
  static BackendMessage decode(byte type, ByteBuffer payload) throws ProtocolException {
    return BackendCodec.decode(type, payload);
  }

  /** With type and length, ready to send. */
  default byte[] encode() {
    return BackendCodec.encode(this);
  }
}
