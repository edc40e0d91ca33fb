package dev.headroom.signals;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Bodies of a receiver's answers, in the encoding of the request. */
public final class OtlpAnswer {
  private OtlpAnswer() {}

  /** All was taken, or all but {@link OtlpBatch#rejected()} items: an {@code Export…Response}. */
  public static byte[] taken(OtlpSignal signal, OtlpEncoding encoding, OtlpBatch batch) {
    if (batch.rejected() == 0) {
      // "The server MUST leave the partial_success field unset in case of a successful response."
      return encoding == OtlpEncoding.JSON ? utf8("{}") : new byte[0];
    }
    return switch (encoding) {
      case JSON ->
          utf8(
              "{\"partialSuccess\":{\"%s\":\"%d\",\"errorMessage\":\"%s\"}}"
                  .formatted(signal.rejectedKey(), batch.rejected(), escape(batch.rejection())));
      case PROTOBUF -> {
        ProtoWriter out = new ProtoWriter();
        int partial = out.begin(1);
        out.varint(1, batch.rejected());
        out.text(2, batch.rejection());
        out.end(partial);
        yield out.toBytes();
      }
    };
  }

  /**
   * A {@code google.rpc.Status}.
   *
   * @param code a gRPC status code
   * @param retryAfter given to a client that may try again
   */
  public static byte[] status(
      OtlpEncoding encoding, int code, String message, Optional<Duration> retryAfter) {
    return switch (encoding) {
      case JSON -> {
        String details =
            retryAfter
                .map(
                    delay ->
                        ",\"details\":[{\"@type\":\"%s\",\"retryDelay\":\"%ds\"}]"
                            .formatted(RETRY_INFO, delay.toSeconds()))
                .orElse("");
        yield utf8("{\"code\":%d,\"message\":\"%s\"%s}".formatted(code, escape(message), details));
      }
      case PROTOBUF -> {
        ProtoWriter out = new ProtoWriter();
        out.varint(1, code);
        out.text(2, message);
        retryAfter.ifPresent(
            delay -> {
              int any = out.begin(3);
              out.text(1, RETRY_INFO);
              int value = out.begin(2);
              int retryDelay = out.begin(1);
              out.varint(1, delay.toSeconds());
              out.varint(2, delay.toNanosPart());
              out.end(retryDelay);
              out.end(value);
              out.end(any);
            });
        yield out.toBytes();
      }
    };
  }

  private static final String RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";

  private static String escape(String text) {
    return new String(JsonStringEncoder.getInstance().quoteAsString(text));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
