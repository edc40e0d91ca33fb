package dev.headroom.demo.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceHeadersTest {
  private static SpanContext parse(String header) {
    return Span.fromContext(TraceHeaders.parse(Optional.of(header))).getSpanContext();
  }

  @Test
  void readsAndWrites() {
    String header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    assertThat(parse(header).isSampled()).isTrue();
    assertThat(parse(header).isRemote()).isTrue();
    assertThat(TraceHeaders.format(parse(header))).isEqualTo(header);
    assertThat(parse(header.replace("-01", "-00")).isSampled()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319X-b7ad6b7169203331-01"
      })
  void startsAnewWhenMalformed(String header) {
    assertThat(parse(header).isValid()).isFalse();
  }
}
