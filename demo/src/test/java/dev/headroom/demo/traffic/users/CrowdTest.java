package dev.headroom.demo.traffic.users;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.demo.traffic.FakeTracker;
import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.figures.Report;
import dev.headroom.demo.traffic.figures.Run;
import dev.headroom.demo.traffic.http.HttpClient;
import dev.headroom.demo.traffic.load.Endpoint;
import dev.headroom.demo.traffic.load.Mix;
import dev.headroom.demo.traffic.load.TrafficClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CrowdTest {
  private final Figures figures = new Figures();
  private FakeTracker tracker;
  private HttpClient http;

  @BeforeEach
  void start() throws IOException {
    tracker = new FakeTracker();
    http = new HttpClient(tracker.uri(), System::nanoTime);
  }

  @AfterEach
  void stop() {
    http.close();
    tracker.close();
  }

  private Crowd crowd(double assets) {
    return new Crowd(
        new Crowd.Makeup(1000, assets, Duration.ofSeconds(10)),
        new Mix(),
        new SplittableRandom(4),
        http,
        figures,
        TrafficClock.system(),
        InstantSource.system());
  }

  private Report report() {
    return figures.report(new Run(Instant.EPOCH, 1, 1, 1, 0, Duration.ZERO, Optional.empty()));
  }

  private long count(Endpoint endpoint) {
    return report().of(endpoint).count();
  }

  private static void arrive(Crowd crowd, int arrivals, double users) {
    for (int i = 0; i < arrivals; i++) {
      crowd.next(users).forEach(visit -> visit.make().accept(System.nanoTime()));
    }
  }

  @Test
  void sessionsAreTwentyRequestsLongAndRequestsAsManyAsReckoned() {
    arrive(crowd(0), 3000, 300);
    // Ten sessions are opened at once; from then on one arrival in twenty is a login.
    assertThat(count(Endpoint.LOGIN)).isBetween(120L, 200L);
    assertThat((double) report().requests())
        .isCloseTo(3000 * new Mix().requestsPerArrival(), Percentage.withPercentage(2));
    assertThat(tracker.requests).hasSize((int) report().requests());
  }

  @Test
  void everyEndpointComesUpAmongTheFirstArrivals() {
    arrive(crowd(0), 120, 300);
    for (Endpoint endpoint : Endpoint.ALL) {
      if (endpoint != Endpoint.LIVE) {
        assertThat(count(endpoint)).as(endpoint.label()).isPositive();
      }
    }
  }

  @Test
  void assetsComeOnTop() {
    arrive(crowd(0.5), 1000, 300);
    long views = Endpoint.ALL.stream().filter(Endpoint::view).mapToLong(this::count).sum();
    double loads = count(Endpoint.PAGE) + count(Endpoint.ASSET);
    // The views that read a write back bring no page along.
    assertThat(loads / views).isBetween(0.40, 0.52);
    assertThat(tracker.count("GET", "/assets/app\\.3c4d\\.js")).isPositive();
    assertThat(tracker.count("GET", "/assets/app\\.1a2b\\.css")).isPositive();
  }

  @Test
  void aTokenThatIsRefusedIsNotUsedAgain() {
    Crowd crowd = crowd(0);
    arrive(crowd, 60, 60);
    tracker.refusal = request -> request.equals("POST /api/login") ? 0 : 401;
    arrive(crowd, 60, 60);
    // Each is logged out by his next request, so about every other arrival is a login.
    assertThat(count(Endpoint.LOGIN)).isGreaterThan(25);
  }
}
