package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.autoscaler.TrafficTrace.Point;
import dev.headroom.base.UserError;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TrafficTraceTest {

  @Test
  void readsTimesInEachOfItsForms() {
    assertThat(
            TrafficTrace.parse(
                    "t.csv",
                    """
                    # somebody's
                    ts,value
                    1767225600,1
                    2026-01-01 00:01:00,2.5
                    2026-01-01T00:02:00,3

                    2026-01-01T00:03:00Z,0
                    """)
                .points())
        .containsExactly(
            point("2026-01-01T00:00:00Z", 1),
            point("2026-01-01T00:01:00Z", 2.5),
            point("2026-01-01T00:02:00Z", 3),
            point("2026-01-01T00:03:00Z", 0));
  }

  @Test
  void tellsAllThatIsWrongAtOnce() {
    assertThatThrownBy(
            () ->
                TrafficTrace.parse(
                    "t.csv",
                    """
                    1767225600,1
                    yesterday,2
                    1767225660,many
                    1767225720,-4
                    1767225600,1
                    1767225900
                    """))
        .isInstanceOf(UserError.class)
        .hasMessage(
            """
            t.csv:2: yesterday,2 (expected: a time in seconds since 1970 or ISO 8601, before the comma)
            t.csv:3: 1767225660,many (expected: a number after the comma)
            t.csv:4: 1767225720,-4 (expected: a number of at least 0 after the comma)
            t.csv:5: 1767225600,1 (expected: a later time than in the line before)
            t.csv:6: 1767225900 (expected: time,value)\
            """);
    assertThatThrownBy(() -> TrafficTrace.parse("t.csv", "ts,value\n1767225600,1\n"))
        .hasMessageContaining("1 points (expected: at least two lines of time,value)");
  }

  @Test
  void whateverItIsGivenItAnswersWithATraceOrAUsersError() {
    Random random = new Random(3);
    String good = "1767225600,1\n1767225660,2\n2026-01-01 00:02:00,3\n";
    for (int i = 0; i < 5000; i++) {
      StringBuilder text = new StringBuilder(good);
      for (int j = random.nextInt(6); j >= 0; j--) {
        text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(128));
      }
      try {
        assertThat(TrafficTrace.parse("t.csv", text.toString()).points()).hasSizeBetween(2, 4);
      } catch (UserError e) {
        assertThat(e.getMessage()).contains("t.csv");
      }
    }
  }

  @Test
  void betweenTwoPointsItChangesEvenly() {
    TrafficTrace trace =
        TrafficTrace.parse("t.csv", "1767225600,10\n1767225700,20\n1767225800,0\n");
    TrafficTrace.Reader reader = trace.new Reader();
    Instant start = trace.start();
    assertThat(reader.requestsPerSecond(start)).isEqualTo(10);
    assertThat(reader.requestsPerSecond(start.plusSeconds(50))).isEqualTo(15);
    assertThat(reader.requestsPerSecond(start.plusSeconds(150))).isEqualTo(10);
    assertThat(reader.requestsPerSecond(start.plusSeconds(900))).isZero();
    assertThat(trace.length()).isEqualTo(Duration.ofSeconds(200));
  }

  @Test
  void canBeMadeLarger() {
    TrafficTrace trace = TrafficTrace.parse("t.csv", "1767225600,10\n1767225700,20\n");
    assertThat(trace.times(3).peak()).isEqualTo(60);
    assertThat(trace.withPeak(250).points().getFirst().requestsPerSecond())
        .isCloseTo(125, Offset.offset(1e-9));
  }

  private static Point point(String at, double value) {
    return new Point(Instant.parse(at), value);
  }
}
