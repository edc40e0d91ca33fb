package dev.headroom.apm;

import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.headroom.signals.OtlpAnswer;
import dev.headroom.signals.OtlpEncoding;
import dev.headroom.signals.OtlpSignal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * One path of OTLP/HTTP.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/#otlphttp">OTLP/HTTP</a>
 */
final class OtlpHttpService implements HttpService {
  static final int MOST = 20 << 20;

  // Codes of google.rpc.Status.
  private static final int INVALID_ARGUMENT = 3;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int UNIMPLEMENTED = 12;
  private static final int UNAVAILABLE = 14;

  private final OtlpSignal signal;
  private final Intake intake;
  private final Executor decoding;

  OtlpHttpService(OtlpSignal signal, Intake intake, Executor decoding) {
    this.signal = signal;
    this.intake = intake;
    this.decoding = decoding;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    RequestHeaders headers = request.headers();
    String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "");
    Optional<OtlpEncoding> known = OtlpEncoding.of(type);
    OtlpEncoding encoding = known.orElse(OtlpEncoding.JSON);
    if (request.method() != HttpMethod.POST) {
      return refuse(
          encoding,
          HttpStatus.METHOD_NOT_ALLOWED,
          UNIMPLEMENTED,
          request.method() + " (expected: POST)");
    }
    if (known.isEmpty()) {
      return refuse(
          encoding,
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          INVALID_ARGUMENT,
          "Content-Type: " + type + " (expected: application/x-protobuf or application/json)");
    }
    String header = headers.get(HttpHeaderNames.CONTENT_ENCODING, "identity");
    Optional<ContentCoding> coding = ContentCoding.of(header);
    if (coding.isEmpty()) {
      return refuse(
          encoding,
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          INVALID_ARGUMENT,
          "Content-Encoding: " + header + " (expected: " + ContentCoding.EXPECTED + ")");
    }
    if (headers.contentLength() > MOST) {
      return tooLarge(
          encoding, headers.contentLength() + " bytes (expected: at most " + MOST + ")");
    }
    // Without a length it may become the longest.
    long reserved = headers.contentLength() >= 0 ? headers.contentLength() : MOST;
    if (!intake.reserve(reserved)) {
      return busy(encoding);
    }
    return HttpResponse.of(
        request
            .aggregate()
            .thenApplyAsync(
                whole ->
                    answer(
                        encoding,
                        intake.take(
                            signal, encoding, whole.content().array(), 0, coding.get(), MOST)),
                decoding)
            .whenComplete((response, failure) -> intake.release(reserved))
            .exceptionally(failure -> broken(encoding, failure)));
  }

  private HttpResponse answer(OtlpEncoding encoding, Intake.Outcome outcome) {
    return switch (outcome) {
      case Intake.Outcome.Taken taken ->
          respond(
              encoding,
              HttpStatus.OK,
              OtlpAnswer.taken(signal, encoding, taken.batch()),
              Optional.empty());
      case Intake.Outcome.Bad bad ->
          refuse(encoding, HttpStatus.BAD_REQUEST, INVALID_ARGUMENT, bad.message());
      case Intake.Outcome.TooLarge large -> tooLarge(encoding, large.message());
      case Intake.Outcome.Busy _ -> busy(encoding);
    };
  }

  private static HttpResponse tooLarge(OtlpEncoding encoding, String message) {
    return refuse(encoding, HttpStatus.REQUEST_ENTITY_TOO_LARGE, RESOURCE_EXHAUSTED, message);
  }

  private static HttpResponse busy(OtlpEncoding encoding) {
    Optional<Duration> retryAfter = Optional.of(Intake.RETRY_AFTER);
    return respond(
        encoding,
        HttpStatus.TOO_MANY_REQUESTS,
        OtlpAnswer.status(encoding, UNAVAILABLE, "more comes in than is stored", retryAfter),
        retryAfter);
  }

  private static HttpResponse broken(OtlpEncoding encoding, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ContentTooLargeException) {
        return tooLarge(encoding, "more than " + MOST + " bytes");
      }
    }
    return HttpResponse.ofFailure(failure);
  }

  private static HttpResponse refuse(
      OtlpEncoding encoding, HttpStatus status, int code, String message) {
    return respond(
        encoding,
        status,
        OtlpAnswer.status(encoding, code, message, Optional.empty()),
        Optional.empty());
  }

  private static HttpResponse respond(
      OtlpEncoding encoding, HttpStatus status, byte[] body, Optional<Duration> retryAfter) {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(status).set(HttpHeaderNames.CONTENT_TYPE, encoding.contentType());
    retryAfter.ifPresent(
        delay -> headers.set(HttpHeaderNames.RETRY_AFTER, Long.toString(delay.toSeconds())));
    return HttpResponse.of(headers.build(), HttpData.wrap(body));
  }
}
