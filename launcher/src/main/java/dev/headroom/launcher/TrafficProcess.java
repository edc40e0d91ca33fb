package dev.headroom.launcher;

import dev.headroom.base.UserError;
import dev.headroom.engines.ChildProcess;
import dev.headroom.engines.ProcessSpec;
import dev.headroom.engines.StateFolder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The simulated users, a process of their own; their summary is passed on as it comes. */
final class TrafficProcess {
  private static final Duration SUMMARY = Duration.ofSeconds(2);

  /** After SIGTERM it lets outstanding requests end, and writes its report. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final int TAIL_LINES = 10;

  private final List<String> command;
  private final StateFolder folder;
  private final Steps steps;

  TrafficProcess(List<String> command, StateFolder folder, Steps steps) {
    this.command = command;
    this.folder = folder;
    this.steps = steps;
  }

  /**
   * Runs until it ends by itself.
   *
   * @return 0
   * @throws UserError when it failed
   */
  int run() throws InterruptedException {
    ProcessSpec spec =
        ProcessSpec.of(
            "traffic",
            command,
            folder.directory("work"),
            folder.directory("logs").resolve("traffic.log"));
    ChildProcess traffic = ChildProcess.start(spec, folder);
    try {
      String last = "";
      while (true) {
        try {
          int status = traffic.onExit().get(SUMMARY.toMillis(), TimeUnit.MILLISECONDS);
          steps.endProgress();
          List<String> tail = traffic.tail(TAIL_LINES);
          if (status != 0) {
            throw UserError.machine(
                "the traffic ended with status %d (expected: 0):%n%s"
                    .formatted(status, String.join("\n", tail)));
          }
          tail.forEach(steps::say);
          return 0;
        } catch (TimeoutException e) {
          List<String> tail = traffic.tail(1);
          if (!tail.isEmpty() && !tail.getFirst().equals(last)) {
            last = tail.getFirst();
            steps.progress(last);
          }
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("no exit status of " + traffic, e);
    } finally {
      traffic.stop(GRACE);
    }
  }
}
