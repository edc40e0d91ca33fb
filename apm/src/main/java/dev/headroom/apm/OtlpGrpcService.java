package dev.headroom.apm;

import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.headroom.signals.OtlpAnswer;
import dev.headroom.signals.OtlpEncoding;
import dev.headroom.signals.OtlpSignal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * One unary {@code Export} method of OTLP/gRPC, on the bytes: one message with its five-byte prefix
 * comes in, one goes out, the status is in the trailers. That is all of gRPC that OTLP needs, and
 * it needs no generated classes.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC over
 *     HTTP/2</a>
 */
final class OtlpGrpcService implements HttpService {
  static final int MOST = 4 << 20;

  private static final int PREFIX = 5;
  private static final String ENCODINGS = "identity,gzip";

  // https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
  private static final int OK = 0;
  private static final int INVALID_ARGUMENT = 3;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int UNIMPLEMENTED = 12;
  private static final int UNAVAILABLE = 14;

  private final OtlpSignal signal;
  private final Intake intake;
  private final Executor decoding;

  OtlpGrpcService(OtlpSignal signal, Intake intake, Executor decoding) {
    this.signal = signal;
    this.intake = intake;
    this.decoding = decoding;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
    boolean grpc =
        type.equals("application/grpc")
            || type.startsWith("application/grpc+proto")
            || type.startsWith("application/grpc;");
    if (request.method() != HttpMethod.POST || !grpc) {
      // "If Content-Type does not begin with application/grpc, gRPC servers SHOULD respond with
      // HTTP status of 415."
      return HttpResponse.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE);
    }
    String coding = request.headers().get("grpc-encoding", "identity");
    // gRPC clients do not announce lengths.
    long reserved = MOST;
    if (!intake.reserve(reserved)) {
      return busy();
    }
    return HttpResponse.of(
        request
            .aggregate()
            .thenApplyAsync(whole -> answer(coding, whole.content().array()), decoding)
            .whenComplete((response, failure) -> intake.release(reserved))
            .exceptionally(OtlpGrpcService::broken));
  }

  private HttpResponse answer(String coding, byte[] body) {
    if (body.length < PREFIX) {
      return failed(INVALID_ARGUMENT, body.length + " bytes (expected: a message with its prefix)");
    }
    ByteBuffer prefix = ByteBuffer.wrap(body);
    int compressed = prefix.get();
    int length = prefix.getInt();
    if (length != body.length - PREFIX || (compressed & ~1) != 0) {
      return failed(
          INVALID_ARGUMENT,
          "a message of " + length + " bytes in " + body.length + " (expected: exactly one)");
    }
    Optional<ContentCoding> known =
        compressed == 0 ? Optional.of(ContentCoding.IDENTITY) : ContentCoding.of(coding);
    if (known.isEmpty()) {
      return failed(
          UNIMPLEMENTED,
          "grpc-encoding: " + coding + " (expected: " + ContentCoding.EXPECTED + ")");
    }
    return switch (intake.take(signal, OtlpEncoding.PROTOBUF, body, PREFIX, known.get(), MOST)) {
      case Intake.Outcome.Taken taken ->
          taken(OtlpAnswer.taken(signal, OtlpEncoding.PROTOBUF, taken.batch()));
      case Intake.Outcome.Bad bad -> failed(INVALID_ARGUMENT, bad.message());
      case Intake.Outcome.TooLarge large -> failed(RESOURCE_EXHAUSTED, large.message());
      case Intake.Outcome.Busy _ -> busy();
    };
  }

  private static HttpResponse taken(byte[] message) {
    ByteBuffer framed = ByteBuffer.allocate(PREFIX + message.length);
    framed.put((byte) 0).putInt(message.length).put(message);
    return HttpResponse.of(
        head().build(),
        HttpData.wrap(framed.array()),
        HttpHeaders.of("grpc-status", Integer.toString(OK)));
  }

  private static HttpResponse failed(int code, String message) {
    return HttpResponse.of(status(code, message));
  }

  /** An answer that is nothing but a status: "Trailers-Only". */
  static ResponseHeaders status(int code, String message) {
    return head()
        .set("grpc-status", Integer.toString(code))
        .set("grpc-message", percentEncoded(message))
        .build();
  }

  private static HttpResponse busy() {
    String message = "more comes in than is stored";
    byte[] status =
        OtlpAnswer.status(
            OtlpEncoding.PROTOBUF, UNAVAILABLE, message, Optional.<Duration>of(Intake.RETRY_AFTER));
    return HttpResponse.of(
        head()
            .set("grpc-status", Integer.toString(UNAVAILABLE))
            .set("grpc-message", message)
            .set(
                "grpc-status-details-bin",
                Base64.getEncoder().withoutPadding().encodeToString(status))
            .build());
  }

  private static HttpResponse broken(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ContentTooLargeException) {
        return failed(RESOURCE_EXHAUSTED, "more than " + MOST + " bytes");
      }
    }
    return HttpResponse.ofFailure(failure);
  }

  private static ResponseHeadersBuilder head() {
    return ResponseHeaders.builder(HttpStatus.OK)
        .set(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
        .set("grpc-accept-encoding", ENCODINGS);
  }

  private static String percentEncoded(String message) {
    StringBuilder out = new StringBuilder();
    for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
      if (b >= 0x20 && b <= 0x7e && b != '%') {
        out.append((char) b);
      } else {
        out.append("%%%02X".formatted(b & 0xff));
      }
    }
    return out.toString();
  }
}
