package dev.headroom.engines;

import dev.headroom.base.UserError;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Ends what the children of a killed run left on the machine. */
final class Leftovers {
  private static final Logger LOG = System.getLogger(Leftovers.class.getName());
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration KILL_BOUND = Duration.ofSeconds(10);

  private Leftovers() {}

  /** Asks them all to end, kills those which do not, and returns when none is left. */
  static void end(RunFile run) throws InterruptedException {
    if (!run.bootId().equals(ProcessId.bootId())) {
      run.children().forEach(Leftovers::removePidFile);
      return;
    }
    Set<ProcessId> left = new LinkedHashSet<>();
    for (RunFile.Entry child : run.children()) {
      left.addAll(child.id().family());
    }
    List<RunFile.Entry> alive = run.children().stream().filter(run::isAlive).toList();
    if (!left.isEmpty()) {
      LOG.log(
          Level.INFO,
          "Ending {0} processes that a killed run left: {1}",
          left.size(),
          alive.stream().map(child -> child.name() + " (pid " + child.pid() + ")").toList());
    }
    // Last started first, like an orderly stop.
    alive.reversed().forEach(child -> child.stopSignal().send(child.id()));
    boolean ended = Waiting.until(GRACE, () -> left.stream().noneMatch(ProcessId::isAlive));
    if (!ended) {
      left.forEach(Signal.KILL::send);
      ended = Waiting.until(KILL_BOUND, () -> left.stream().noneMatch(ProcessId::isAlive));
    }
    if (!ended) {
      throw UserError.machine(
          "Processes of a killed run cannot be ended: %s; end them as their owner"
              .formatted(left.stream().filter(ProcessId::isAlive).map(ProcessId::pid).toList()));
    }
    for (RunFile.Entry child : run.children()) {
      if (child.dataDirectory() != null) {
        // Those of a postmaster that was killed itself are nobody's descendants any more.
        PostgresProcesses.killAll(Path.of(child.dataDirectory()), KILL_BOUND);
      }
      removePidFile(child);
    }
  }

  private static void removePidFile(RunFile.Entry child) {
    if (child.dataDirectory() != null) {
      new PostgresDataDirectory(Path.of(child.dataDirectory()), RunAs.OURSELVES).removePidFile();
    }
  }
}
