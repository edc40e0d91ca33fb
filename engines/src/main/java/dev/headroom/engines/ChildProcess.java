package dev.headroom.engines;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process that this one started, and ends together with everything it started in turn. */
public final class ChildProcess {
  private static final Duration KILL_BOUND = Duration.ofSeconds(10);

  private final ProcessSpec spec;
  private final ProcessId id;
  private final Instant startedAt;
  private final LogFile log;
  private final long logStart;
  private final CompletableFuture<Integer> exit;

  private ChildProcess(ProcessSpec spec, Process process, LogFile log, long logStart) {
    this.spec = spec;
    this.log = log;
    this.logStart = logStart;
    // One that ended within a millisecond left nothing in /proc: no process ever has tick -1.
    this.id = ProcessId.of(process.pid()).orElse(new ProcessId(process.pid(), -1));
    this.startedAt = process.info().startInstant().orElseGet(Instant::now);
    this.exit = process.onExit().thenApply(Process::exitValue);
  }

  /**
   * Starts {@code spec} in a session of its own, so that a Ctrl-C in the terminal reaches this
   * process alone, which then stops its children in its own order.
   */
  public static ChildProcess start(ProcessSpec spec, ChildRegistry registry) {
    LogFile log = new LogFile(spec.logFile());
    log.rotateIfLarge();
    long logStart = log.size();
    ProcessBuilder builder =
        new ProcessBuilder(inOwnSession(spec.command()))
            .directory(spec.workingDirectory().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.logFile().toFile()));
    if (!spec.inheritEnvironment()) {
      builder.environment().keySet().retainAll(Set.of("PATH"));
    }
    builder.environment().putAll(spec.environment());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw UserError.machine("%s cannot be started: %s".formatted(spec.name(), e.getMessage()), e);
    }
    ChildProcess child = new ChildProcess(spec, process, log, logStart);
    registry.started(child);
    var _ = child.exit.thenRun(() -> registry.ended(child));
    return child;
  }

  /* setsid(1) replaces itself by the command, so the pid stays the child's. */
  private static List<String> inOwnSession(List<String> command) {
    List<String> whole = new ArrayList<>();
    Path setsid = Path.of("/usr/bin/setsid");
    if (Files.isExecutable(setsid)) {
      whole.add(setsid.toString());
    }
    whole.addAll(command);
    return whole;
  }

  public String name() {
    return spec.name();
  }

  public ProcessSpec spec() {
    return spec;
  }

  public long pid() {
    return id.pid();
  }

  ProcessId id() {
    return id;
  }

  public Instant startedAt() {
    return startedAt;
  }

  public boolean isAlive() {
    return !exit.isDone();
  }

  /** Completes with the exit status; 128 + n for one that signal n ended. */
  public CompletableFuture<Integer> onExit() {
    return exit.copy();
  }

  /** Sends {@code signal} unless it has ended. */
  public void signal(Signal signal) {
    signal.send(id);
  }

  /** The last lines of its output since it was started. */
  public List<String> tail(int lines) {
    return log.tail(logStart, lines);
  }

  /** Keeps the log within its bound; call it now and then while the child runs. */
  public void rotateLog() {
    log.rotateIfLarge();
  }

  /** Asks it to end, waits at most {@code grace}, then kills it; all it started ends with it. */
  public void stop(Duration grace) {
    stop(spec.stopSignal(), grace);
  }

  void stop(Signal signal, Duration grace) {
    Set<ProcessId> family = id.family();
    signal.send(id);
    boolean interrupted = !awaitExit(grace);
    family.addAll(id.family());
    family.forEach(Signal.KILL::send);
    interrupted |= !awaitExit(KILL_BOUND);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends it at once, as the kernel does when memory runs out; what it started is left alone. */
  public void kill() {
    Signal.KILL.send(id);
    if (!awaitExit(KILL_BOUND)) {
      Thread.currentThread().interrupt();
    }
  }

  /* False when this thread was interrupted, which cuts the wait short but not what follows it. */
  private boolean awaitExit(Duration bound) {
    try {
      exit.get(bound.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return true;
    } catch (ExecutionException e) {
      throw new IllegalStateException("No exit status of " + name(), e.getCause());
    } catch (InterruptedException e) {
      return false;
    }
    return true;
  }

  @Override
  public String toString() {
    return name() + " (pid " + pid() + ")";
  }
}
