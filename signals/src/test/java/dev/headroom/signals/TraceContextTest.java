package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
  private static final String EXAMPLE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @Test
  void readsAndWritesTheExampleOfTheSpecification() {
    TraceContext context = TraceContext.parse(EXAMPLE).orElseThrow();
    assertThat(context.traceId()).hasToString("4bf92f3577b34da6a3ce929d0e0e4736");
    assertThat(context.spanId()).hasToString("00f067aa0ba902b7");
    assertThat(context.sampled()).isTrue();
    assertThat(context.traceparent()).isEqualTo(EXAMPLE);
  }

  @Test
  void readsALaterVersionByTheFieldsItKnows() {
    assertThat(
            TraceContext.parse(
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-what-comes"))
        .hasValueSatisfying(c -> assertThat(c.sampled()).isFalse());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x"
      })
  void refusesWhatTheSpecificationRefuses(String header) {
    assertThat(TraceContext.parse(header)).isEmpty();
  }
}
