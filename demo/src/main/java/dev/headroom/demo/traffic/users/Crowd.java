package dev.headroom.demo.traffic.users;

import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.figures.Verified;
import dev.headroom.demo.traffic.http.HttpClient;
import dev.headroom.demo.traffic.http.HttpRequest;
import dev.headroom.demo.traffic.load.Endpoint;
import dev.headroom.demo.traffic.load.Mix;
import dev.headroom.demo.traffic.load.TrafficClock;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * All users of the application, and what each arrival of one of them is going to do.
 *
 * <p>{@link #next} belongs to the thread that paces; visits may be made on any thread.
 */
public final class Crowd {
  /*
   * One arrival in twenty logs in; while there are fewer sessions than active users none ends
   * except by its token, then each new one replaces one. So a session makes twenty requests on
   * average. A crowd that has only begun to come needs some sessions at once, or the few would
   * click like mad and be rate-limited: as many as make one request every two seconds.
   */
  private static final double SECONDS_BETWEEN_CLICKS = 2;

  /** Without {@code exp} in the token. */
  private static final long TOKEN_SECONDS = TimeUnit.MINUTES.toSeconds(30);

  /**
   * How the crowd is made up.
   *
   * @param accounts users are numbered from 1 to this
   * @param assets how many times per page view, on average, page or assets are loaded anew
   * @param timeout how long a user waits
   */
  public record Makeup(int accounts, double assets, Duration timeout) {}

  private final Makeup makeup;
  private final Mix mix;
  private final RandomGenerator.SplittableGenerator random;
  private final TrafficClock clock;
  private final InstantSource wallClock;
  private final Figures figures;
  private final HttpClient http;
  private final Caller caller;
  private final Sessions sessions = new Sessions();
  private final Map<Long, Tenant> tenants = new ConcurrentHashMap<>();
  private final Ledger ledger = new Ledger();
  private final Reads reads;
  private final Writes writes;
  private final Browser browser;
  private final Deque<Endpoint> introduction = new ArrayDeque<>();

  public Crowd(
      Makeup makeup,
      Mix mix,
      RandomGenerator.SplittableGenerator random,
      HttpClient http,
      Figures figures,
      TrafficClock clock,
      InstantSource wallClock) {
    this.makeup = makeup;
    this.mix = mix;
    this.random = random;
    this.clock = clock;
    this.wallClock = wallClock;
    this.figures = figures;
    this.http = http;
    this.caller = new Caller(http, figures, sessions, clock::nanoTime, makeup.timeout());
    this.reads = new Reads(caller, figures);
    this.writes = new Writes(caller, figures, reads, ledger);
    this.browser = new Browser(caller);
    // Every endpoint once, before chance decides: the rare ones would be missing from short runs.
    for (Endpoint endpoint : Endpoint.ALL) {
      if (endpoint != Endpoint.LOGIN && endpoint != Endpoint.LIVE) {
        introduction.add(endpoint);
      }
    }
  }

  /** What the next arrival does, and what its browser loads beside, with {@code users} active. */
  public List<Visit> next(double users) {
    RandomGenerator own = random.split();
    Optional<Session> session = sessions.any(random, clock.nanoTime());
    if (session.isEmpty() || random.nextDouble() < loginShare(users)) {
      int account = account();
      return List.of(
          new Visit(Endpoint.LOGIN, due -> logIn(account, (int) Math.ceil(users), due, own)));
    }
    Endpoint introduced = introduction.poll();
    Endpoint wanted = introduced == null ? mix.pick(random) : introduced;
    Endpoint endpoint = possible(wanted, session.get().tenant());
    if (introduced != null && endpoint != introduced) {
      // Put off, not dropped: also when it was the last one.
      introduction.add(introduced);
    }
    List<Visit> visits = new ArrayList<>(2);
    visits.add(new Visit(endpoint, due -> make(session.get(), endpoint, due, own)));
    if (endpoint.view() && random.nextDouble() < makeup.assets()) {
      visits.add(load());
    }
    return visits;
  }

  private double loginShare(double users) {
    double clicking = users / 60 * SECONDS_BETWEEN_CLICKS;
    return sessions.size() < clicking ? 0.5 : 1 / Mix.SESSION;
  }

  private int account() {
    int account = random.nextInt(makeup.accounts()) + 1;
    for (int i = 0; i < 20 && sessions.has(account); i++) {
      account = random.nextInt(makeup.accounts()) + 1;
    }
    return account;
  }

  /** {@code wanted}, or what must be known first. */
  private Endpoint possible(Endpoint wanted, Tenant tenant) {
    return switch (wanted.need()) {
      case NOTHING -> wanted;
      case ASSET -> browser.knowsAssets(random) ? wanted : Endpoint.PAGE;
      case PROJECT -> tenant.projects.size() > 0 ? wanted : Endpoint.PROJECTS;
      case ISSUE, LABEL -> issueFirst(wanted, tenant);
    };
  }

  private static Endpoint issueFirst(Endpoint wanted, Tenant tenant) {
    if (tenant.projects.size() == 0) {
      return Endpoint.PROJECTS;
    }
    if (tenant.issues.size() == 0) {
      return Endpoint.PROJECT_ISSUES;
    }
    return wanted.need() == Endpoint.Need.LABEL && tenant.labels.size() == 0
        ? Endpoint.LABELS
        : wanted;
  }

  private Visit load() {
    RandomGenerator own = random.split();
    // A page names three or four assets.
    return random.nextInt(4) == 0 || !browser.knowsAssets(random)
        ? new Visit(Endpoint.PAGE, browser::page)
        : new Visit(Endpoint.ASSET, due -> browser.asset(due, own));
  }

  private void make(Session session, Endpoint endpoint, long due, RandomGenerator own) {
    switch (endpoint) {
      case PAGE -> browser.page(due);
      case ASSET -> browser.asset(due, own);
      case HEALTH ->
          caller.call(endpoint, HttpRequest.of("GET", endpoint.path()).answerDropped(), due);
      default -> {
        if (endpoint.method().equals("GET")) {
          reads.read(session, endpoint, due, own);
        } else {
          writes.write(session, endpoint, due, own);
        }
      }
    }
  }

  private void logIn(int account, int mostSessions, long due, RandomGenerator own) {
    Answer answer = caller.call(Endpoint.LOGIN, Login.request(account), due);
    if (!answer.good()) {
      return;
    }
    try {
      Json.Login login = Json.login(answer.body());
      Tenant tenant = tenants.computeIfAbsent(login.tenantId(), Tenant::new);
      tenant.member(account);
      Session session =
          new Session(account, login.userId(), tenant, login.token(), endsAt(login.token()));
      sessions.add(session, mostSessions, own);
    } catch (IOException e) {
      figures.unreadable(Endpoint.LOGIN, e);
    }
  }

  private long endsAt(String token) {
    OptionalLong expiry = Json.expiry(token);
    long seconds =
        expiry.isPresent()
            // A user leaves a little before the token does.
            ? expiry.getAsLong() - wallClock.instant().getEpochSecond() - 10
            : TOKEN_SECONDS;
    return clock.nanoTime() + TimeUnit.SECONDS.toNanos(Math.min(seconds, 1_000_000));
  }

  /** The token of someone who is logged in, for a live connection. */
  public Optional<String> anyToken(RandomGenerator chooser) {
    return sessions.any(chooser, clock.nanoTime()).map(Session::token);
  }

  /** Reads back every id that was acknowledged; takes until {@code deadline} at most. */
  public Verified verify(long deadline) throws InterruptedException {
    return new Verification(http, clock, makeup.timeout(), deadline, figures).verify(ledger);
  }
}
