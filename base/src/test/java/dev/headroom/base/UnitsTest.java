package dev.headroom.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

  @ParameterizedTest
  @CsvSource({"250ms,250", "30s,30000", "5m,300000", "1.5h,5400000", "3d,259200000", "0s,0"})
  void durationsWithUnits(String text, long millis) {
    assertThat(Durations.parse(text)).contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "5 m", "-1s", "1e3s", "ms", "1w", "999999999999d"})
  void durationsThatAreNone(String text) {
    assertThat(Durations.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"250ms", "90s", "5m", "36h", "3d", "0ms"})
  void durationsPrintAsTheyAreRead(String text) {
    assertThat(Durations.format(Durations.parse(text).orElseThrow())).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "512Mi,536870912", "20Gi,21474836480", "1G,1000000000", "1.5Ki,1536"})
  void sizes(String text, long bytes) {
    assertThat(ByteSize.parse(text)).contains(new ByteSize(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5MB", "-1", "1 Gi", "99999999999Ti"})
  void sizesThatAreNone(String text) {
    assertThat(ByteSize.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"500m,500", "2,2000", "1.5,1500", "0.25,250"})
  void cpus(String text, long millicores) {
    assertThat(Cpu.parse(text)).contains(new Cpu(millicores));
  }

  @Test
  void sharesAndRates() {
    assertThat(Percent.parse("70%").orElseThrow().fraction()).isEqualTo(0.7);
    assertThat(Percent.parse("70")).isEmpty();
    assertThat(Rate.parse("100/min")).contains(new Rate(100, Duration.ofMinutes(1)));
    assertThat(Rate.parse("100/minute")).isEmpty();
    assertThat(Rate.parse("20/h").orElseThrow()).hasToString("20/h");
  }
}
