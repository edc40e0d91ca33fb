package dev.headroom.demo.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.demo.traffic.load.LoadShape;
import dev.headroom.demo.traffic.load.Spike;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.ParameterException;

class TrafficCommandTest {

  @Test
  void defaults() {
    assertThat(TrafficCommand.parse())
        .isEqualTo(
            new TrafficOptions(
                URI.create("http://127.0.0.1:8080"),
                5000,
                new LoadShape.Constant(5000),
                Optional.empty(),
                1,
                Duration.ofSeconds(10),
                0.2,
                5000,
                4,
                4096,
                Optional.empty(),
                OptionalInt.empty(),
                false,
                false));
  }

  @Test
  void everyOption() {
    assertThat(
            TrafficCommand.parse(
                ("--url http://[::1]:9 --users 100 --peak 900 --shape DAY --day 1h --spike 60s:7:1m"
                        + " --spike 500ms:8:2s --for 1.5m --seed 3 --timeout 2s --assets 0.5"
                        + " --accounts 12 --sockets 0 --outstanding 9 --report r.json --control 0"
                        + " --verify --quiet")
                    .split(" ")))
        .isEqualTo(
            new TrafficOptions(
                URI.create("http://[::1]:9"),
                100,
                new LoadShape.Spiked(
                    new LoadShape.Day(100, 900, Duration.ofHours(1)),
                    List.of(
                        new Spike(Duration.ofSeconds(60), 7, Duration.ofMinutes(1)),
                        new Spike(Duration.ofMillis(500), 8, Duration.ofSeconds(2)))),
                Optional.of(Duration.ofSeconds(90)),
                3,
                Duration.ofSeconds(2),
                0.5,
                12,
                0,
                9,
                Optional.of(Path.of("r.json")),
                OptionalInt.of(0),
                true,
                true));
  }

  @Test
  void aRampEndsAtThePeakWhichIsThreeTimesTheUsers() {
    TrafficOptions options = TrafficCommand.parse("--users", "1000", "--ramp", "2m");
    assertThat(options.shape()).isEqualTo(new LoadShape.Ramp(1000, 3000, Duration.ofMinutes(2)));
    assertThat(options.accounts()).isEqualTo(3000);
  }

  @Test
  void thereAreAsManyAccountsAsTheDataHas() {
    assertThat(TrafficCommand.parse("--users", "10").accounts()).isEqualTo(1000);
    assertThat(TrafficCommand.parse("--users", "90000").accounts()).isEqualTo(15_000);
    assertThat(TrafficCommand.parse("--spike", "1s:12000:1s").accounts()).isEqualTo(12_000);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "--users -1, --users: -1 (expected: 0 to 1000000)",
        "--users many, 'many'",
        "--for 60, '60' (expected: a number and a unit",
        "--for 0s, --for: 0 (expected: a longer time)",
        "--spike 60s:15000, expected: AT:USERS:FOR",
        "--spike 60s:x:1s, expected: AT:USERS:FOR",
        "--shape week, week",
        "--shape day --ramp 1m, exclude each other",
        "--url https://x, expected: http://host:port",
        "--url http://x/app, expected: http://host:port",
        "--assets 2, --assets: 2 (expected: 0 to 1)",
        "--assets NaN, --assets: NaN",
        "--control 70000, --control: 70000 (expected: 0 to 65535)",
        "--report /nowhere/at/all/r.json, there is no folder /nowhere/at/all",
        "--peak 9, --peak does nothing by itself",
        "--user 5, --user",
      })
  void refuses(String options, String message) {
    assertThatThrownBy(() -> TrafficCommand.parse(options.split(" ")))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining(message);
    assertThat(TrafficCommand.run(options.split(" "))).isEqualTo(2);
  }

  @Test
  void tellsAllProblemsAtOnce() {
    assertThatThrownBy(() -> TrafficCommand.parse("--users", "-1", "--assets", "9", "--ramp", "0s"))
        .hasMessageContainingAll("--users: -1", "--assets: 9", "--ramp: 0");
  }
}
