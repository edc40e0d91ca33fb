package dev.headroom.pgwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodecTest {

  static Stream<FrontendMessage> frontend() {
    return Stream.of(
        new FrontendMessage.Password(Bytes.of("x")),
        new FrontendMessage.Query("SELECT 'é'"),
        new FrontendMessage.Parse("s", "SELECT $1", List.of(23, 0)),
        new FrontendMessage.Bind(
            "p", "s", List.of(1), List.of(Optional.of(Bytes.of("a")), Optional.empty()), List.of()),
        new FrontendMessage.Describe(FrontendMessage.Target.PORTAL, ""),
        new FrontendMessage.Execute("", 10),
        new FrontendMessage.Close(FrontendMessage.Target.STATEMENT, "s"),
        new FrontendMessage.Sync(),
        new FrontendMessage.Flush(),
        new FrontendMessage.FunctionCall(Bytes.of("abc")),
        new FrontendMessage.CopyData(Bytes.of("row\n")),
        new FrontendMessage.CopyDone(),
        new FrontendMessage.CopyFail("no"),
        new FrontendMessage.Terminate());
  }

  static Stream<FrontendMessage> startup() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", "u");
    parameters.put("database", "d");
    return Stream.of(
        new FrontendMessage.Startup(3 << 16, parameters),
        new FrontendMessage.SslRequest(),
        new FrontendMessage.GssEncRequest(),
        new FrontendMessage.CancelRequest(7, Bytes.of("key!")));
  }

  static Stream<BackendMessage> backend() {
    return Stream.of(
        new BackendMessage.AuthenticationOk(),
        new BackendMessage.AuthenticationCleartextPassword(),
        new BackendMessage.AuthenticationMd5Password(Bytes.of("salt")),
        new BackendMessage.AuthenticationSasl(List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")),
        new BackendMessage.AuthenticationSaslContinue(Bytes.of("r=")),
        new BackendMessage.AuthenticationSaslFinal(Bytes.of("v=")),
        new BackendMessage.AuthenticationOther(7, Bytes.empty()),
        new BackendMessage.BackendKeyData(1, Bytes.of("a longer key of 3.2")),
        new BackendMessage.ParameterStatus("TimeZone", "UTC"),
        new BackendMessage.NegotiateProtocolVersion(3 << 16, List.of("_pq_.x")),
        new BackendMessage.ReadyForQuery(TransactionStatus.FAILED),
        new BackendMessage.RowDescription(
            List.of(new BackendMessage.Field("a", 1, 2, 23, 4, -1, 0))),
        new BackendMessage.DataRow(List.of(Optional.of(Bytes.of("1")), Optional.empty())),
        new BackendMessage.CommandComplete("SELECT 1"),
        new BackendMessage.EmptyQueryResponse(),
        new BackendMessage.ErrorResponse(ErrorFields.error("42601", "m", "d", "h")),
        new BackendMessage.NoticeResponse(ErrorFields.fatal("01000", "m", "", "")),
        new BackendMessage.NotificationResponse(1, "c", "p"),
        new BackendMessage.ParseComplete(),
        new BackendMessage.BindComplete(),
        new BackendMessage.CloseComplete(),
        new BackendMessage.NoData(),
        new BackendMessage.PortalSuspended(),
        new BackendMessage.ParameterDescription(List.of(23)),
        new BackendMessage.CopyInResponse(0, List.of(0, 0)),
        new BackendMessage.CopyOutResponse(1, List.of(1)),
        new BackendMessage.CopyBothResponse(0, List.of()),
        new BackendMessage.CopyData(Bytes.of("d")),
        new BackendMessage.CopyDone(),
        new BackendMessage.FunctionCallResponse(Optional.empty()));
  }

  private static MessageFramer.Frame frame(byte[] bytes) throws ProtocolException {
    MessageFramer framer = new MessageFramer(1 << 20);
    MessageFramer.Frame frame = null;
    for (int i = 0; i < bytes.length; i++) {
      assertThat(frame).isNull();
      framer.append(bytes, i, 1);
      frame = framer.next();
    }
    if (frame == null) {
      throw new AssertionError("no frame in " + bytes.length + " bytes");
    }
    return frame;
  }

  @ParameterizedTest
  @MethodSource("frontend")
  void frontendMessagesComeBack(FrontendMessage message) throws ProtocolException {
    MessageFramer.Frame frame = frame(message.encode());
    assertThat(FrontendMessage.decode(frame.type(), frame.payload())).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("startup")
  void startupMessagesComeBack(FrontendMessage message) throws ProtocolException {
    byte[] bytes = message.encode();
    assertThat(ByteBuffer.wrap(bytes).getInt()).isEqualTo(bytes.length);
    assertThat(FrontendMessage.decodeStartup(ByteBuffer.wrap(bytes, 4, bytes.length - 4)))
        .isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("backend")
  void backendMessagesComeBack(BackendMessage message) throws ProtocolException {
    MessageFramer.Frame frame = frame(message.encode());
    assertThat(BackendMessage.decode(frame.type(), frame.payload())).isEqualTo(message);
  }

  @Test
  void tooLongIsRefusedByTheHeader() {
    MessageFramer framer = new MessageFramer(100);
    framer.append(new byte[] {'Q', 0x7f, 0, 0, 0}, 0, 5);
    assertThatThrownBy(framer::next)
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("expected: 4 to 100");
  }

  @Test
  void brokenMessagesAreProtocolExceptionsAndNothingElse() {
    Random random = new Random(7);
    List<byte[]> seeds =
        Stream.concat(
                frontend().map(FrontendMessage::encode), backend().map(BackendMessage::encode))
            .toList();
    for (int round = 0; round < 50_000; round++) {
      byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      int cut = 5 + random.nextInt(Math.max(1, bytes.length - 4));
      ByteBuffer payload = ByteBuffer.wrap(bytes, 5, Math.min(cut, bytes.length) - 5);
      try {
        FrontendMessage.decode(bytes[0], payload.duplicate());
      } catch (ProtocolException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
      try {
        BackendMessage.decode(bytes[0], payload.duplicate());
      } catch (ProtocolException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
      try {
        FrontendMessage.decodeStartup(payload.duplicate());
      } catch (ProtocolException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }
}
