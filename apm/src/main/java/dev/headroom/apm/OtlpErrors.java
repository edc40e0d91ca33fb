package dev.headroom.apm;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.headroom.signals.OtlpAnswer;
import dev.headroom.signals.OtlpEncoding;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Errors that the server answers before a service sees the request, a body that is too large above
 * all, in the words of the protocol that was spoken.
 */
final class OtlpErrors implements ServerErrorHandler {
  private static final int INTERNAL = 13;
  private static final int RESOURCE_EXHAUSTED = 8;

  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
    return null;
  }

  @Override
  public @Nullable AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext context,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    if (headers == null) {
      return null;
    }
    int code = status.equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE) ? RESOURCE_EXHAUSTED : INTERNAL;
    String message = description == null ? status.reasonPhrase() : description;
    String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "");
    if (type.startsWith("application/grpc") && code == RESOURCE_EXHAUSTED) {
      return AggregatedHttpResponse.of(OtlpGrpcService.status(code, message));
    }
    return OtlpEncoding.of(type)
        .map(
            encoding ->
                AggregatedHttpResponse.of(
                    ResponseHeaders.of(
                        status, HttpHeaderNames.CONTENT_TYPE, encoding.contentType()),
                    HttpData.wrap(OtlpAnswer.status(encoding, code, message, Optional.empty()))))
        .orElse(null);
  }
}
