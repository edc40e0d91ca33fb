package dev.headroom.pgwire;

import dev.headroom.pgwire.FrontendMessage.Target;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** The client's messages and their bytes. */
final class FrontendCodec {
  private FrontendCodec() {}

  static FrontendMessage decodeStartup(ByteBuffer payload) throws ProtocolException {
    WireReader in = new WireReader(payload, "start-up message");
    int code = in.int32();
    switch (code) {
      case FrontendMessage.SSL_REQUEST_CODE -> {
        in.end();
        return new FrontendMessage.SslRequest();
      }
      case FrontendMessage.GSSENC_REQUEST_CODE -> {
        in.end();
        return new FrontendMessage.GssEncRequest();
      }
      case FrontendMessage.CANCEL_REQUEST_CODE -> {
        return new FrontendMessage.CancelRequest(in.int32(), in.rest());
      }
      default -> {
        if (code >>> 16 != 3) {
          throw new ProtocolException(
              "start-up message: protocol "
                  + (code >>> 16)
                  + "."
                  + (code & 0xffff)
                  + " (expected: 3.x)");
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        while (true) {
          String name = in.string();
          if (name.isEmpty()) {
            in.end();
            return new FrontendMessage.Startup(code, parameters);
          }
          parameters.put(name, in.string());
        }
      }
    }
  }

  static FrontendMessage decode(byte type, ByteBuffer payload) throws ProtocolException {
    WireReader in = new WireReader(payload, "message '" + (char) (type & 0xff) + "'");
    FrontendMessage message =
        switch ((char) (type & 0xff)) {
          case 'p' -> new FrontendMessage.Password(in.rest());
          case 'Q' -> new FrontendMessage.Query(in.string());
          case 'P' -> new FrontendMessage.Parse(in.string(), in.string(), in.ints());
          case 'B' ->
              new FrontendMessage.Bind(
                  in.string(), in.string(), in.shorts(), in.values(), in.shorts());
          case 'D' -> new FrontendMessage.Describe(target(in), in.string());
          case 'E' -> new FrontendMessage.Execute(in.string(), in.int32());
          case 'C' -> new FrontendMessage.Close(target(in), in.string());
          case 'S' -> new FrontendMessage.Sync();
          case 'H' -> new FrontendMessage.Flush();
          case 'F' -> new FrontendMessage.FunctionCall(in.rest());
          case 'd' -> new FrontendMessage.CopyData(in.rest());
          case 'c' -> new FrontendMessage.CopyDone();
          case 'f' -> new FrontendMessage.CopyFail(in.string());
          case 'X' -> new FrontendMessage.Terminate();
          default ->
              throw new ProtocolException(
                  "message type "
                      + (type & 0xff)
                      + " (expected: one of p Q P B D E C S H F d c f X)");
        };
    in.end();
    return message;
  }

  private static Target target(WireReader in) throws ProtocolException {
    int target = in.int8();
    return switch (target) {
      case 'S' -> Target.STATEMENT;
      case 'P' -> Target.PORTAL;
      default -> throw new ProtocolException("target " + target + " (expected: 'S' or 'P')");
    };
  }

  private static char letter(Target target) {
    return switch (target) {
      case STATEMENT -> 'S';
      case PORTAL -> 'P';
    };
  }

  static byte[] encode(FrontendMessage message) {
    WireWriter out = new WireWriter();
    switch (message) {
      case FrontendMessage.Startup m -> {
        out.beginUntyped().int32(m.protocol());
        m.parameters().forEach((name, value) -> out.string(name).string(value));
        out.int8(0);
      }
      case FrontendMessage.SslRequest m ->
          out.beginUntyped().int32(FrontendMessage.SSL_REQUEST_CODE);
      case FrontendMessage.GssEncRequest m ->
          out.beginUntyped().int32(FrontendMessage.GSSENC_REQUEST_CODE);
      case FrontendMessage.CancelRequest m ->
          out.beginUntyped()
              .int32(FrontendMessage.CANCEL_REQUEST_CODE)
              .int32(m.processId())
              .bytes(m.secretKey());
      case FrontendMessage.Password m -> out.begin('p').bytes(m.content());
      case FrontendMessage.SaslInitialResponse m ->
          out.begin('p').string(m.mechanism()).int32(m.data().length()).bytes(m.data());
      case FrontendMessage.SaslResponse m -> out.begin('p').bytes(m.data());
      case FrontendMessage.Query m -> out.begin('Q').string(m.sql());
      case FrontendMessage.Parse m ->
          out.begin('P').string(m.statement()).string(m.sql()).ints(m.parameterTypes());
      case FrontendMessage.Bind m ->
          out.begin('B')
              .string(m.portal())
              .string(m.statement())
              .shorts(m.parameterFormats())
              .values(m.parameters())
              .shorts(m.resultFormats());
      case FrontendMessage.Describe m -> out.begin('D').int8(letter(m.target())).string(m.name());
      case FrontendMessage.Execute m -> out.begin('E').string(m.portal()).int32(m.maxRows());
      case FrontendMessage.Close m -> out.begin('C').int8(letter(m.target())).string(m.name());
      case FrontendMessage.Sync m -> out.begin('S');
      case FrontendMessage.Flush m -> out.begin('H');
      case FrontendMessage.FunctionCall m -> out.begin('F').bytes(m.content());
      case FrontendMessage.CopyData m -> out.begin('d').bytes(m.data());
      case FrontendMessage.CopyDone m -> out.begin('c');
      case FrontendMessage.CopyFail m -> out.begin('f').string(m.reason());
      case FrontendMessage.Terminate m -> out.begin('X');
    }
    return out.end().toByteArray();
  }
}
