package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.UserError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  private ProcessSpec shell(String script) {
    return ProcessSpec.of("child", List.of("sh", "-c", script), folder, folder.resolve("log"));
  }

  private ChildProcess start(String script) {
    return ChildProcess.start(shell(script), ChildRegistry.NONE);
  }

  private static void awaitOutput(ChildProcess child, String line) throws InterruptedException {
    assertThat(Waiting.until(SOON, () -> child.tail(9).contains(line))).isTrue();
  }

  @Test
  void tellsItsExitStatusAndOutput() throws Exception {
    ChildProcess child = start("echo out; echo err >&2; exit 3");

    assertThat(child.onExit().get(20, TimeUnit.SECONDS)).isEqualTo(3);
    assertThat(child.isAlive()).isFalse();
    assertThat(child.tail(5)).containsExactly("out", "err");
  }

  @Test
  void seesItsEnvironment() throws Exception {
    ProcessSpec spec = shell("echo $A/$HOME").withEnvironment(Map.of("A", "b"));

    ChildProcess inheriting = ChildProcess.start(spec, ChildRegistry.NONE);
    inheriting.onExit().get(20, TimeUnit.SECONDS);
    ChildProcess alone = ChildProcess.start(spec.withoutInheritedEnvironment(), ChildRegistry.NONE);
    alone.onExit().get(20, TimeUnit.SECONDS);

    assertThat(alone.tail(1)).containsExactly("b/");
    assertThat(inheriting.tail(1)).containsExactly("b/");
    assertThat(inheriting.tail(2).getFirst()).isEqualTo("b/" + System.getenv("HOME"));
  }

  @Test
  void endsInGoodOrderWhenAsked() throws Exception {
    ChildProcess child =
        start("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done");
    awaitOutput(child, "up");

    child.stop(SOON);

    assertThat(child.onExit().getNow(-1)).isEqualTo(0);
    assertThat(child.tail(1)).containsExactly("bye");
  }

  @Test
  void killsTheStubbornWithAllItStarted() throws Exception {
    // The inner shell's child outlives it and is nobody's descendant any more.
    ChildProcess child =
        start("trap '' TERM; sh -c 'sleep 1000 &'; sleep 1000 & echo up; wait; wait; sleep 1000");
    awaitOutput(child, "up");
    assertThat(Waiting.until(SOON, () -> child.id().family().size() == 3)).isTrue();
    Set<ProcessId> family = child.id().family();

    child.stop(Duration.ofMillis(100));

    assertThat(child.onExit().getNow(-1)).isEqualTo(137);
    assertThat(Waiting.until(SOON, () -> family.stream().noneMatch(ProcessId::isAlive))).isTrue();
  }

  @Test
  void registersItsStartAndEnd() throws Exception {
    List<String> events = new ArrayList<>();
    ChildRegistry registry =
        new ChildRegistry() {
          @Override
          public synchronized void started(ChildProcess child) {
            events.add("started " + child.pid());
          }

          @Override
          public synchronized void ended(ChildProcess child) {
            events.add("ended " + child.pid());
          }
        };
    ChildProcess child = ChildProcess.start(shell("read x"), registry);
    child.stop(SOON);

    assertThat(Waiting.until(SOON, () -> events.size() == 2)).isTrue();
    assertThat(events).containsExactly("started " + child.pid(), "ended " + child.pid());
  }

  @Test
  void namesWhatCannotBeStarted() {
    ProcessSpec spec =
        ProcessSpec.of("web", List.of("true"), folder.resolve("missing"), folder.resolve("log"));

    assertThatThrownBy(() -> ChildProcess.start(spec, ChildRegistry.NONE))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("web cannot be started")
        .hasMessageContaining("missing");
  }

  @Test
  void anotherProcessWithTheSamePidIsNotMeant() {
    ProcessId self = ProcessId.ofThisJvm();
    ProcessId former = new ProcessId(self.pid(), self.startTicks() - 1);

    assertThat(self.isAlive()).isTrue();
    assertThat(former.isAlive()).isFalse();
    assertThat(former.family()).isEmpty();
    assertThat(Signal.KILL.send(former)).isFalse();
  }
}
