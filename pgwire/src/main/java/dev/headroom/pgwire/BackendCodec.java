package dev.headroom.pgwire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The server's messages and their bytes. */
final class BackendCodec {
  private BackendCodec() {}

  static BackendMessage decode(byte type, ByteBuffer payload) throws ProtocolException {
    WireReader in = new WireReader(payload, "message '" + (char) (type & 0xff) + "'");
    BackendMessage message =
        switch ((char) (type & 0xff)) {
          case 'R' -> authentication(in);
          case 'K' -> new BackendMessage.BackendKeyData(in.int32(), in.rest());
          case 'S' -> new BackendMessage.ParameterStatus(in.string(), in.string());
          case 'v' -> negotiation(in);
          case 'Z' -> new BackendMessage.ReadyForQuery(TransactionStatus.of(in.int8()));
          case 'T' -> new BackendMessage.RowDescription(fields(in));
          case 'D' -> new BackendMessage.DataRow(in.values());
          case 'C' -> new BackendMessage.CommandComplete(in.string());
          case 'I' -> new BackendMessage.EmptyQueryResponse();
          case 'E' -> new BackendMessage.ErrorResponse(errorFields(in));
          case 'N' -> new BackendMessage.NoticeResponse(errorFields(in));
          case 'A' -> new BackendMessage.NotificationResponse(in.int32(), in.string(), in.string());
          case '1' -> new BackendMessage.ParseComplete();
          case '2' -> new BackendMessage.BindComplete();
          case '3' -> new BackendMessage.CloseComplete();
          case 'n' -> new BackendMessage.NoData();
          case 's' -> new BackendMessage.PortalSuspended();
          case 't' -> new BackendMessage.ParameterDescription(in.ints());
          case 'G' -> new BackendMessage.CopyInResponse(in.int8(), in.shorts());
          case 'H' -> new BackendMessage.CopyOutResponse(in.int8(), in.shorts());
          case 'W' -> new BackendMessage.CopyBothResponse(in.int8(), in.shorts());
          case 'd' -> new BackendMessage.CopyData(in.rest());
          case 'c' -> new BackendMessage.CopyDone();
          case 'V' -> new BackendMessage.FunctionCallResponse(in.value());
          default ->
              throw new ProtocolException(
                  "message type " + (type & 0xff) + " (expected: one that servers send)");
        };
    in.end();
    return message;
  }

  private static BackendMessage authentication(WireReader in) throws ProtocolException {
    int code = in.int32();
    return switch (code) {
      case 0 -> new BackendMessage.AuthenticationOk();
      case 3 -> new BackendMessage.AuthenticationCleartextPassword();
      case 5 -> new BackendMessage.AuthenticationMd5Password(in.bytes(4));
      case 10 -> {
        List<String> mechanisms = new ArrayList<>();
        for (String name = in.string(); !name.isEmpty(); name = in.string()) {
          mechanisms.add(name);
        }
        yield new BackendMessage.AuthenticationSasl(mechanisms);
      }
      case 11 -> new BackendMessage.AuthenticationSaslContinue(in.rest());
      case 12 -> new BackendMessage.AuthenticationSaslFinal(in.rest());
      default -> new BackendMessage.AuthenticationOther(code, in.rest());
    };
  }

  private static BackendMessage negotiation(WireReader in) throws ProtocolException {
    int newest = in.int32();
    int count = in.int32();
    List<String> options = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      options.add(in.string());
    }
    return new BackendMessage.NegotiateProtocolVersion(newest, options);
  }

  private static List<BackendMessage.Field> fields(WireReader in) throws ProtocolException {
    int count = in.count();
    List<BackendMessage.Field> fields = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      fields.add(
          new BackendMessage.Field(
              in.string(), in.int32(), in.int16(), in.int32(), in.int16(), in.int32(), in.int16()));
    }
    return fields;
  }

  private static ErrorFields errorFields(WireReader in) throws ProtocolException {
    Map<Character, String> fields = new LinkedHashMap<>();
    for (int letter = in.int8(); letter != 0; letter = in.int8()) {
      fields.put((char) letter, in.string());
    }
    return new ErrorFields(fields);
  }

  static byte[] encode(BackendMessage message) {
    WireWriter out = new WireWriter();
    switch (message) {
      case BackendMessage.AuthenticationOk m -> out.begin('R').int32(0);
      case BackendMessage.AuthenticationCleartextPassword m -> out.begin('R').int32(3);
      case BackendMessage.AuthenticationMd5Password m -> out.begin('R').int32(5).bytes(m.salt());
      case BackendMessage.AuthenticationSasl m -> {
        out.begin('R').int32(10);
        m.mechanisms().forEach(out::string);
        out.int8(0);
      }
      case BackendMessage.AuthenticationSaslContinue m -> out.begin('R').int32(11).bytes(m.data());
      case BackendMessage.AuthenticationSaslFinal m -> out.begin('R').int32(12).bytes(m.data());
      case BackendMessage.AuthenticationOther m -> out.begin('R').int32(m.code()).bytes(m.data());
      case BackendMessage.BackendKeyData m ->
          out.begin('K').int32(m.processId()).bytes(m.secretKey());
      case BackendMessage.ParameterStatus m -> out.begin('S').string(m.name()).string(m.value());
      case BackendMessage.NegotiateProtocolVersion m -> {
        out.begin('v').int32(m.newestMinor()).int32(m.unknownOptions().size());
        m.unknownOptions().forEach(out::string);
      }
      case BackendMessage.ReadyForQuery m -> out.begin('Z').int8(m.status().letter());
      case BackendMessage.RowDescription m -> {
        out.begin('T').int16(m.fields().size());
        for (BackendMessage.Field field : m.fields()) {
          out.string(field.name())
              .int32(field.tableOid())
              .int16(field.column())
              .int32(field.typeOid())
              .int16(field.typeSize())
              .int32(field.typeMod())
              .int16(field.format());
        }
      }
      case BackendMessage.DataRow m -> out.begin('D').values(m.values());
      case BackendMessage.CommandComplete m -> out.begin('C').string(m.tag());
      case BackendMessage.EmptyQueryResponse m -> out.begin('I');
      case BackendMessage.ErrorResponse m -> errorFields(out.begin('E'), m.fields());
      case BackendMessage.NoticeResponse m -> errorFields(out.begin('N'), m.fields());
      case BackendMessage.NotificationResponse m ->
          out.begin('A').int32(m.processId()).string(m.channel()).string(m.payload());
      case BackendMessage.ParseComplete m -> out.begin('1');
      case BackendMessage.BindComplete m -> out.begin('2');
      case BackendMessage.CloseComplete m -> out.begin('3');
      case BackendMessage.NoData m -> out.begin('n');
      case BackendMessage.PortalSuspended m -> out.begin('s');
      case BackendMessage.ParameterDescription m -> out.begin('t').ints(m.types());
      case BackendMessage.CopyInResponse m ->
          out.begin('G').int8(m.format()).shorts(m.columnFormats());
      case BackendMessage.CopyOutResponse m ->
          out.begin('H').int8(m.format()).shorts(m.columnFormats());
      case BackendMessage.CopyBothResponse m ->
          out.begin('W').int8(m.format()).shorts(m.columnFormats());
      case BackendMessage.CopyData m -> out.begin('d').bytes(m.data());
      case BackendMessage.CopyDone m -> out.begin('c');
      case BackendMessage.FunctionCallResponse m -> out.begin('V').value(m.value());
    }
    return out.end().toByteArray();
  }

  private static void errorFields(WireWriter out, ErrorFields fields) {
    fields.fields().forEach((letter, text) -> out.int8(letter).string(text));
    out.int8(0);
  }
}
