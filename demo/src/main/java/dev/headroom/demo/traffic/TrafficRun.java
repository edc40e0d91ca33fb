package dev.headroom.demo.traffic;

import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.figures.Report;
import dev.headroom.demo.traffic.figures.Run;
import dev.headroom.demo.traffic.figures.Verified;
import dev.headroom.demo.traffic.http.HttpClient;
import dev.headroom.demo.traffic.load.LiveUsers;
import dev.headroom.demo.traffic.load.Mix;
import dev.headroom.demo.traffic.load.Pacer;
import dev.headroom.demo.traffic.load.TrafficClock;
import dev.headroom.demo.traffic.users.Crowd;
import dev.headroom.demo.traffic.users.LiveSockets;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** One run of traffic from its first arrival to its report. */
final class TrafficRun {
  private static final Duration WAIT_WHEN_STOPPED = Duration.ofSeconds(5);
  private static final Duration VERIFY = Duration.ofSeconds(60);
  private static final Duration VERIFY_WHEN_STOPPED = Duration.ofSeconds(30);

  private final TrafficOptions options;
  private final TrafficClock clock;
  private final Screen screen;
  private final LiveUsers users;
  private final SplittableRandom random;
  private final Figures figures = new Figures();
  private final Mix mix = new Mix();
  private final Pacer pacer;
  // Written by whoever stops the run.
  private volatile boolean stopped;

  TrafficRun(TrafficOptions options, TrafficClock clock, Screen screen) {
    this.options = options;
    this.clock = clock;
    this.screen = screen;
    this.users = new LiveUsers(options.shape());
    this.random = new SplittableRandom(options.seed());
    this.pacer = new Pacer(clock, users, mix.requestsPerArrival(), random.split());
  }

  /** Ends the arrivals; {@link #run} then comes to its end within seconds. */
  void stop() {
    stopped = true;
    pacer.stop();
  }

  /** Runs to the end, however that comes. */
  Report run() throws IOException, InterruptedException {
    Instant startedAt = InstantSource.system().instant();
    long start = clock.nanoTime();
    try (HttpClient http = new HttpClient(options.url(), clock::nanoTime);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Crowd crowd = crowd(http);
      OpenLoop loop = new OpenLoop(options.outstanding(), threads, figures, clock);
      Finish finish = new Finish(startedAt, start);
      Optional<ControlServer> control = control(loop, finish);
      try {
        runTraffic(start, crowd, loop);
      } finally {
        control.ifPresent(ControlServer::close);
      }
      long end = clock.nanoTime();
      long unfinished = loop.await(end + patience().toNanos());
      Report report = finish.report(end, unfinished, Optional.empty());
      save(report);
      if (options.verify()) {
        // Whoever loses patience meanwhile has the first report.
        Duration most = stopped ? VERIFY_WHEN_STOPPED : VERIFY;
        Verified verified = crowd.verify(clock.nanoTime() + most.toNanos());
        report = finish.report(end, unfinished, Optional.of(verified));
        save(report);
      }
      screen.summary(report);
      threads.shutdownNow();
      return report;
    }
  }

  private Crowd crowd(HttpClient http) {
    return new Crowd(
        new Crowd.Makeup(options.accounts(), options.assets(), options.timeout()),
        mix,
        random.split(),
        http,
        figures,
        clock,
        InstantSource.system());
  }

  private Optional<ControlServer> control(OpenLoop loop, Finish finish) throws IOException {
    if (options.control().isEmpty()) {
      return Optional.empty();
    }
    ControlServer server =
        new ControlServer(
            options.control().getAsInt(),
            users,
            () ->
                new ControlServer.Stats(
                    users.current(),
                    loop.outstanding(),
                    figures.live(),
                    finish.report(clock.nanoTime(), loop.outstanding(), Optional.empty())));
    screen.announce("control: " + server.address());
    return Optional.of(server);
  }

  private void runTraffic(long start, Crowd crowd, OpenLoop loop) throws InterruptedException {
    long end =
        options.lasting().map(lasting -> start + lasting.toNanos()).orElse(start + (1L << 61));
    try (Ticks _ = new Ticks(start, clock, users, loop, figures, screen);
        LiveSockets _ = sockets(crowd)) {
      pacer.run(
          start, end, due -> crowd.next(users.current()).forEach(visit -> loop.make(visit, due)));
    }
  }

  private LiveSockets sockets(Crowd crowd) {
    return new LiveSockets(
        options.url(), options.sockets(), crowd, random.split(), figures, clock, options.timeout());
  }

  /** A run that has come to its end lets every request run into its time-out, so that it counts. */
  private Duration patience() {
    Duration all = options.timeout().plusMillis(200);
    return stopped && all.compareTo(WAIT_WHEN_STOPPED) > 0 ? WAIT_WHEN_STOPPED : all;
  }

  private void save(Report report) throws IOException {
    if (options.report().isPresent()) {
      ReportFile.write(options.report().get(), report);
    }
  }

  /** Makes reports of this run. */
  private final class Finish {
    private final Instant startedAt;
    private final long start;

    Finish(Instant startedAt, long start) {
      this.startedAt = startedAt;
      this.start = start;
    }

    Report report(long end, long unfinished, Optional<Verified> verified) {
      return figures.report(
          new Run(
              startedAt,
              (end - start) / 1e9,
              options.users(),
              options.seed(),
              unfinished,
              ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO),
              verified));
    }
  }
}
