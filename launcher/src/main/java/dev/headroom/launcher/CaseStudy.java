package dev.headroom.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headroom.advisor.AdviceReport;
import dev.headroom.advisor.AdviceState;
import dev.headroom.advisor.Applier;
import dev.headroom.apm.Window;
import dev.headroom.base.ByteSize;
import dev.headroom.base.UserError;
import dev.headroom.engines.RunState;
import dev.headroom.engines.StateFolder;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The sample application before and after: first at a fixed size on one PostgreSQL and one small
 * Redis with nothing but a plain proxy in front, then with all of Headroom and its own advice
 * applied. Data, seeds and traffic are the same; nothing of the application's code changes between
 * the two, all its faults stay on.
 */
final class CaseStudy {
  /** What 5,000 users need, three times over: the size that the team had. */
  private static final String BEFORE =
      """
      apiVersion: headroom.dev/v1alpha1
      kind: ScaledApp
      metadata: {name: before}
      spec:
        services: {api: {replicas: {min: 6, max: 6}}}
        database: {replicas: 0}
        redis: {shards: 1, replicasPerShard: 0}
      """;

  private static final String ASSETS = "- {path: /assets/**, immutable: true}";

  private static final String AFTER =
      """
      apiVersion: headroom.dev/v1alpha1
      kind: ScaledApp
      metadata: {name: after}
      spec:
        gateway:
          identity: {jwt: {secret: headroom-demo-secret, user: sub, tenant: org}}
          rateLimits:
            - {path: /api/search, key: user, requests: 60/min, burst: 20}
            - {path: /api/exports/*, key: user, requests: 30/min, burst: 10}
          cache:
            %s
        nodes: {spot: 70%%}
      """
          .formatted(ASSETS);

  /* While the advisor watches: what stands behind an answer is known of sampled requests only. */
  private static final String ALL_TRACES =
      """
      apiVersion: headroom.dev/v1alpha1
      kind: ScaledApp
      metadata: {name: learning}
      spec:
        gateway: {sampling: 100%}
      """;

  private static final ByteSize ROOM = ByteSize.mebibytes(4096);
  private static final String SERVICE = "api";
  private static final int FIRST_USERS = 5000;
  private static final Duration LEARNING = Duration.ofMinutes(5);
  private static final Duration LEARNERS_ARRIVE = Duration.ofSeconds(100);
  // Each user's first request is a log-in, and each new replica of 16 costs seconds of a core until
  // it is warm: a crowd that comes at once would measure the machine and not the architecture.
  private static final Duration ARRIVAL = Duration.ofMinutes(4);
  private static final Duration SETTLING = ARRIVAL.plusSeconds(30);
  // The last cell of a window may still be on its way to the store.
  private static final Duration ON_THE_WAY = Duration.ofSeconds(6);

  private final Path folder;
  private final DemoProgram program;
  private final Steps steps;
  private final String size;
  private final int users;
  private final Duration measure;
  private final List<String> notes = new ArrayList<>();

  CaseStudy(
      Path folder, DemoProgram program, Steps steps, String size, int users, Duration measure) {
    this.folder = folder;
    this.program = program;
    this.steps = steps;
    this.size = size;
    this.users = users;
    this.measure = measure;
  }

  /** Both phases, and what was done between them. */
  record Result(CaseFigures before, CaseFigures after, List<String> notes) {
    Result {
      notes = List.copyOf(notes);
    }
  }

  Result run() throws InterruptedException {
    CaseFigures before = phase("before", BEFORE, false);
    CaseFigures after = phase("after", AFTER, true);
    return new Result(before, after, notes);
  }

  private CaseFigures phase(String name, String overlay, boolean advised)
      throws InterruptedException {
    Path state = folder.resolve(name);
    DemoDocument document =
        DemoDocument.in(state).with(new Source("the case, " + name, overlay)).size(size);
    ScaledApp app = document.parse();
    steps.say("\n" + name + ": " + users + " users");
    try (StateFolder opened = StateFolder.open(state, ROOM)) {
      opened.clear(); // An earlier run's indexes would be found done.
      LocalSettings settings = LocalSettings.forDemo(program, opened.directory("work"));
      try (LocalApplication application = new LocalApplication(app, opened, settings, steps)) {
        if (advised) {
          learn(application, opened, document);
        }
        return measured(application, opened);
      }
    }
  }

  /* The team's first minutes with Headroom: look, take the advice that is SQL or document. */
  private void learn(LocalApplication application, StateFolder state, DemoDocument document)
      throws InterruptedException {
    application.apply(document.with(new Source("all traces", ALL_TRACES)).parse());
    steps.run(
        "%d users, while the advisor watches".formatted(FIRST_USERS),
        () -> traffic(application, state, FIRST_USERS, LEARNERS_ARRIVE, LEARNING, "learning"));
    AdviceReport report = steps.run("the advisor's analysis", application::advice);
    List<Applier.Outcome> outcomes =
        steps.run("its indexes and views", () -> application.carryOut(report));
    long done = outcomes.stream().filter(Applier.Outcome::done).count();
    long left =
        report.advice().stream().filter(advice -> advice.state() == AdviceState.PROPOSED).count()
            - outcomes.size();
    notes.add(
        "%d of %d proposals in SQL applied, %d left for the application's authors or the document"
            .formatted(done, outcomes.size(), left));
    outcomes.stream()
        .filter(outcome -> !outcome.done())
        .forEach(outcome -> notes.add(outcome.advice().id() + ": " + outcome.error()));
    String piece = Applier.document("after", report, List.of(ASSETS));
    DemoDocument advised = piece.isEmpty() ? document : document.with(new Source("advice", piece));
    steps.run(
        "its piece of the document",
        () -> {
          application.apply(advised.parse());
          return piece;
        });
    notes.add(
        piece.isEmpty()
            ? "nothing of its advice was for the document"
            : "its piece of the document:\n" + piece);
  }

  private CaseFigures measured(LocalApplication application, StateFolder state)
      throws InterruptedException {
    Thread.Builder background = Thread.ofVirtual().name("case-window");
    ProcessorWatch primary = new ProcessorWatch(primary(state), SETTLING);
    ProcessorWatch all = new ProcessorWatch(ProcessHandle.current().pid(), SETTLING);
    List<Thread> watching = List.of(background.start(primary), background.start(all));
    JsonNode report;
    try {
      report =
          steps.run(
              "%d users, %d s to settle and %d s that count"
                  .formatted(users, SETTLING.toSeconds(), measure.toSeconds()),
              () ->
                  traffic(application, state, users, ARRIVAL, SETTLING.plus(measure), "measured"));
    } finally {
      watching.forEach(Thread::interrupt);
    }
    double primaryCores = primary.cores();
    double allCores = all.cores();
    Instant end = Instant.now();
    Thread.sleep(ON_THE_WAY);
    double errors =
        report.path("errors").asDouble() / Math.max(1, report.path("requests").asDouble());
    Window window = Window.before(end.minus(ON_THE_WAY), measure.minus(ON_THE_WAY.multipliedBy(2)));
    return CaseFigures.of(application.store(), window, primaryCores, allCores, errors, SERVICE);
  }

  private JsonNode traffic(
      LocalApplication application,
      StateFolder state,
      int crowd,
      Duration arrival,
      Duration length,
      String name)
      throws InterruptedException {
    Path report = state.directory("reports").resolve(name + ".json");
    List<String> command =
        List.of(
            "demo",
            "traffic",
            "--url",
            "http://%s:%d"
                .formatted(
                    application.gatewayAddress().getHostString(),
                    application.gatewayAddress().getPort()),
            "--users",
            Integer.toString(crowd),
            "--arrive",
            arrival.toSeconds() + "s",
            "--for",
            length.toSeconds() + "s",
            "--report",
            report.toAbsolutePath().toString());
    new TrafficProcess(program.expand(command), state, steps.quiet()).run();
    try {
      return new ObjectMapper().readTree(report.toFile());
    } catch (IOException e) {
      throw UserError.machine(report + ": the traffic left no report: " + e.getMessage(), e);
    }
  }

  private static long primary(StateFolder state) {
    return StateFolder.read(state.path()).stream()
        .flatMap(run -> run.children().stream())
        .filter(child -> child.name().contains("pg-0"))
        .mapToLong(RunState.Member::pid)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no primary in " + state.path()));
  }

  /** Begins to count a process's time after {@code delay}. */
  private static final class ProcessorWatch implements Runnable {
    private final long pid;
    private final Duration delay;
    private volatile ProcessorTime since;

    ProcessorWatch(long pid, Duration delay) {
      this.pid = pid;
      this.delay = delay;
      this.since = ProcessorTime.of(pid);
    }

    @Override
    public void run() {
      try {
        Thread.sleep(delay);
        since = ProcessorTime.of(pid);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    double cores() {
      return since.cores();
    }
  }
}
