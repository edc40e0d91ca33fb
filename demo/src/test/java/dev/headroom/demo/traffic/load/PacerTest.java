package dev.headroom.demo.traffic.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PacerTest {
  private static final long SECOND = 1_000_000_000;

  private final FakeClock clock = new FakeClock();
  private final List<Long> due = new ArrayList<>();

  private Pacer pacer(LiveUsers users, double requestsPerArrival) {
    return new Pacer(clock, users, requestsPerArrival, new SplittableRandom(1));
  }

  private long count(double fromSecond, double toSecond) {
    return due.stream().filter(t -> t >= fromSecond * SECOND && t < toSecond * SECOND).count();
  }

  @Test
  void aUserMakesARequestAMinute() throws InterruptedException {
    LiveUsers users = new LiveUsers(new LoadShape.Constant(5000));
    long start = clock.nanoTime();
    pacer(users, 1).run(start, start + 600 * SECOND, due::add);
    // Ten minutes: 50,000 expected, four standard deviations either side.
    assertThat(due).hasSizeBetween(49_100, 50_900);
    assertThat(clock.nanoTime()).isEqualTo(start + 600 * SECOND);
  }

  @Test
  void arrivalsThatCauseMoreThanOneRequestAreFewer() throws InterruptedException {
    pacer(new LiveUsers(new LoadShape.Constant(5000)), 1.25).run(0, 600 * SECOND, due::add);
    assertThat(due).hasSizeBetween(39_200, 40_800);
  }

  @Test
  void everyArrivalComesAtItsTimeOrLateButNeverNot() throws InterruptedException {
    LiveUsers users = new LiveUsers(new LoadShape.Constant(6000));
    long[] late = {0};
    long start = clock.nanoTime();
    pacer(users, 1)
        .run(
            start,
            start + 20 * SECOND,
            time -> {
              assertThat(time).isLessThanOrEqualTo(clock.nanoTime());
              late[0] = Math.max(late[0], clock.nanoTime() - time);
              due.add(time - start);
              if (due.size() == 500) {
                // The machine stands still for two seconds.
                clock.advance(2 * SECOND);
              }
            });
    assertThat(due).isSorted().hasSizeBetween(1820, 2180);
    assertThat(late[0]).isBetween(2 * SECOND - 100_000_000, 2 * SECOND);
    long stood = due.get(499);
    assertThat(due.stream().filter(t -> t > stood && t < stood + 2 * SECOND).count())
        .isBetween(140L, 260L);
  }

  @Test
  void spikesComeAndGo() throws InterruptedException {
    LoadShape shape =
        new LoadShape.Spiked(
            new LoadShape.Constant(600),
            List.of(new Spike(Duration.ofSeconds(60), 6000, Duration.ofSeconds(90))));
    pacer(new LiveUsers(shape), 1).run(0, 240 * SECOND, due::add);
    assertThat(count(0, 60)).isBetween(500L, 700L);
    assertThat(count(60, 150)).isBetween(8600L, 9400L);
    assertThat(count(150, 240)).isBetween(780L, 1020L);
  }

  @Test
  void theNumberOfUsersCanBeChangedWhileItRuns() throws InterruptedException {
    LiveUsers users = new LiveUsers(new LoadShape.Constant(600));
    pacer(users, 1)
        .run(
            0,
            300 * SECOND,
            time -> {
              due.add(time);
              if (time > 100 * SECOND && time < 200 * SECOND) {
                users.fix(6000);
              } else if (time >= 200 * SECOND) {
                users.release();
              }
            });
    assertThat(count(0, 100)).isBetween(860L, 1140L);
    assertThat(count(101, 200)).isBetween(9500L, 10_300L);
    assertThat(count(201, 300)).isBetween(860L, 1130L);
    assertThat(users.current()).isEqualTo(600);
  }

  @Test
  void stoppingEndsTheArrivalsAtOnce() throws InterruptedException {
    Pacer pacer = pacer(new LiveUsers(new LoadShape.Constant(60_000)), 1);
    pacer.run(
        0,
        Long.MAX_VALUE,
        time -> {
          due.add(time);
          if (due.size() == 100) {
            pacer.stop();
          }
        });
    assertThat(due).hasSize(100);
  }
}
