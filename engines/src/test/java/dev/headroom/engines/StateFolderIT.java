package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.ByteSize;
import dev.headroom.base.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one process sees of another one's state folder. */
class StateFolderIT {
  @TempDir Path folder;
  private Process other;

  @BeforeEach
  void startAnother() throws IOException {
    other =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledRun.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8));
    assertThat(out.readLine()).isEqualTo("ready");
  }

  @AfterEach
  void endAll() throws InterruptedException {
    other.destroyForcibly().waitFor();
    StateFolder.open(folder, new ByteSize(0)).close();
  }

  private List<ProcessId> processes() {
    return StateFolder.read(folder).orElseThrow().children().stream()
        .flatMap(child -> ProcessId.of(child.pid()).stream())
        .flatMap(child -> child.family().stream())
        .toList();
  }

  @Test
  void showsWhatRunsAndRefusesASecondOwner() {
    RunState state = StateFolder.read(folder).orElseThrow();

    assertThat(state.owner().pid()).isEqualTo(other.pid());
    assertThat(state.owner().alive()).isTrue();
    assertThat(state.ports()).containsEntry("console", 8800);
    assertThat(state.children())
        .extracting(RunState.Member::name)
        .containsExactly("postgres primary", "redis redis", "service");
    assertThat(state.children()).allMatch(RunState.Member::alive);
    assertThat(state.children().getFirst().ports()).hasSize(1);
    assertThatThrownBy(() -> StateFolder.open(folder, new ByteSize(0)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is in use by Headroom with pid " + other.pid())
        .hasMessageContaining("--state");
  }

  @Test
  void endsWhatAKilledOwnerLeft() throws Exception {
    List<ProcessId> left = processes();
    assertThat(left).hasSizeGreaterThan(6);
    other.destroyForcibly().waitFor();
    assertThat(left).allMatch(ProcessId::isAlive);
    assertThat(StateFolder.read(folder).orElseThrow().owner().alive()).isFalse();

    try (StateFolder opened = StateFolder.open(folder, new ByteSize(0))) {
      assertThat(left).noneMatch(ProcessId::isAlive);
      assertThat(StateFolder.read(folder).orElseThrow().children()).isEmpty();
      assertThat(opened.path().resolve("servers/primary/postmaster.pid")).doesNotExist();
    }
    assertThat(StateFolder.read(folder)).isEmpty();
  }

  @Test
  void stopsAnotherProcess() throws Exception {
    List<ProcessId> running = processes();

    assertThat(StateFolder.stop(folder, Duration.ofSeconds(40))).isTrue();

    assertThat(other.waitFor()).isEqualTo(143);
    assertThat(running).noneMatch(ProcessId::isAlive);
    assertThat(StateFolder.stop(folder, Duration.ofSeconds(1))).isFalse();
  }
}
