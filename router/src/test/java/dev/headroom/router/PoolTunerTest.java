package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.pgwire.Credential;
import dev.headroom.router.pool.Logins;
import dev.headroom.router.pool.PoolName;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The control law against servers of known behaviour. */
class PoolTunerTest {
  private static final long WINDOW = Duration.ofSeconds(5).toNanos();

  /** A server with so many cores; more connections than cores share them. */
  private record Server(double cores, double serviceSeconds) {
    double capacity(int limit) {
      return Math.min(limit, cores) / serviceSeconds;
    }
  }

  /** Clients that want {@code rate} connections a second, through a pool that is tuned. */
  private static final class Simulation {
    private final Server server;
    private final int most;
    private int limit;
    private long now;
    private double granted;
    private double heldSeconds;
    private double queueSeconds;
    private final PoolTuner tuner;
    private String reason = "";
    private int changes;

    Simulation(Server server, int limit, int most) {
      this.server = server;
      this.limit = limit;
      this.most = most;
      this.tuner = new PoolTuner(figures(), 0);
    }

    private PoolFigures figures() {
      return new PoolFigures(
          new PoolName("pg-0", new Logins().of("app", "app", new Credential.Password(""))),
          "primary",
          limit,
          0,
          0,
          0,
          0,
          Duration.ZERO,
          (long) granted,
          0,
          Duration.ofNanos((long) (queueSeconds * 1e9)),
          Duration.ofNanos((long) (heldSeconds * 1e9)),
          "");
    }

    Simulation run(double rate, int windows) {
      for (int i = 0; i < windows; i++) {
        double served = Math.min(rate, server.capacity(limit));
        boolean saturated = rate > server.capacity(limit);
        double inUse = saturated ? limit : rate * server.serviceSeconds;
        granted += served * 5;
        heldSeconds += inUse * 5;
        queueSeconds += saturated ? served * 5 * 0.5 : 0;
        now += WINDOW;
        PoolTuner.Decision decision = tuner.next(figures(), now, most);
        changes += decision.limit() == limit ? 0 : 1;
        limit = decision.limit();
        reason = decision.reason();
      }
      return this;
    }
  }

  @Test
  void aPoolThatIsTooSmallGrowsToWhatTheLoadNeeds() {
    // 1000/s of 20 ms: 20 in use; 8 are not enough.
    Simulation s = new Simulation(new Server(100, 0.020), 8, 90).run(1000, 20);
    assertThat(s.limit).isBetween(20, 30);
  }

  @Test
  void aServerThatIsFullIsNotGivenMore() {
    // Eight cores: beyond eight connections each is only slower.
    Simulation s = new Simulation(new Server(8, 0.010), 8, 90).run(5000, 60);
    assertThat(s.limit).isLessThanOrEqualTo(13);
    s = new Simulation(new Server(8, 0.010), 8, 90).run(5000, 2);
    assertThat(s.limit).isEqualTo(8);
    assertThat(s.reason).contains("the server is what is short");
  }

  @Test
  void aPoolThatIsTooLargeShrinksOnceAMinuteAndRemembersThePeakOfTheLastOne() {
    Simulation s = new Simulation(new Server(100, 0.010), 60, 90).run(3000, 1);
    s.run(100, 10);
    assertThat(s.limit).isEqualTo(60);
    s.run(100, 1);
    assertThat(s.limit).isEqualTo(40);
    s.run(100, 60);
    assertThat(s.limit).isBetween(PoolTuner.FLOOR, PoolTuner.FLOOR * 4 / 3);
    assertThat(s.changes).isLessThanOrEqualTo(4);
    assertThat(s.reason).contains("in use");
  }

  @Test
  void aPoolThatNobodyAsksStaysAsItIs() {
    Simulation s = new Simulation(new Server(100, 0.010), 18, 90).run(0, 100);
    assertThat(s.limit).isEqualTo(18);
    assertThat(s.changes).isZero();
  }

  @Test
  void aLoadThatSwingsALittleChangesNothingOnceItHasSettled() {
    Simulation s = new Simulation(new Server(100, 0.010), 20, 90).run(900, 40);
    s.changes = 0;
    for (int i = 0; i < 60; i++) {
      s.run(i % 2 == 0 ? 1000 : 800, 1);
    }
    assertThat(s.changes).isZero();
  }

  @Test
  void maxConnectionsIsNeverExceeded() {
    Simulation s = new Simulation(new Server(1000, 0.1), 20, 30).run(100_000, 30);
    assertThat(s.limit).isEqualTo(30);
    s = new Simulation(new Server(1000, 0.1), 50, 30).run(1, 1);
    assertThat(s.limit).isEqualTo(30);
    assertThat(s.reason).contains("max_connections");
    s = new Simulation(new Server(1000, 0.1), 5, 5).run(1, 3);
    assertThat(s.limit).isEqualTo(5);
  }
}
