package dev.headroom.apm;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * {@code POST /api/v2/spans}: Zipkin's JSON. Answers as Zipkin does, 202 without a body; 400 tells
 * what is wrong, 429 when to come again.
 */
final class ZipkinService implements HttpService {
  static final String PATH = "/api/v2/spans";

  private final Intake intake;
  private final Executor decoding;

  ZipkinService(Intake intake, Executor decoding) {
    this.intake = intake;
    this.decoding = decoding;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "application/json");
    if (request.method() != HttpMethod.POST) {
      return refuse(HttpStatus.METHOD_NOT_ALLOWED, request.method() + " (expected: POST)");
    }
    if (!type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      return refuse(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type: " + type + " (expected: application/json)");
    }
    String header = request.headers().get(HttpHeaderNames.CONTENT_ENCODING, "identity");
    Optional<ContentCoding> coding = ContentCoding.of(header);
    if (coding.isEmpty()) {
      return refuse(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          "Content-Encoding: " + header + " (expected: " + ContentCoding.EXPECTED + ")");
    }
    long length = request.headers().contentLength();
    long reserved = length >= 0 ? Math.min(length, OtlpHttpService.MOST) : OtlpHttpService.MOST;
    if (!intake.reserve(reserved)) {
      return busy();
    }
    return HttpResponse.of(
        request
            .aggregate()
            .thenApplyAsync(
                whole -> answer(intake.takeZipkin(coding.get(), whole.content().array())), decoding)
            .whenComplete((response, failure) -> intake.release(reserved)));
  }

  private static HttpResponse answer(Intake.Outcome outcome) {
    return switch (outcome) {
      case Intake.Outcome.Taken taken ->
          taken.batch().rejected() == 0
              ? HttpResponse.of(ResponseHeaders.of(HttpStatus.ACCEPTED))
              : HttpResponse.of(
                  HttpStatus.ACCEPTED,
                  MediaType.PLAIN_TEXT_UTF_8,
                  taken.batch().rejected()
                      + " left out, the first for: "
                      + taken.batch().rejection());
      case Intake.Outcome.Bad bad -> refuse(HttpStatus.BAD_REQUEST, bad.message());
      case Intake.Outcome.TooLarge large ->
          refuse(HttpStatus.REQUEST_ENTITY_TOO_LARGE, large.message());
      case Intake.Outcome.Busy _ -> busy();
    };
  }

  private static HttpResponse busy() {
    return HttpResponse.of(
        ResponseHeaders.of(
            HttpStatus.TOO_MANY_REQUESTS,
            HttpHeaderNames.RETRY_AFTER,
            Long.toString(Intake.RETRY_AFTER.toSeconds())));
  }

  private static HttpResponse refuse(HttpStatus status, String message) {
    return HttpResponse.of(status, MediaType.PLAIN_TEXT_UTF_8, message);
  }
}
