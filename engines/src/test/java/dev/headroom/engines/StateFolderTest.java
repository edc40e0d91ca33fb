package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.ByteSize;
import dev.headroom.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
  private static final ByteSize NOTHING = new ByteSize(0);

  @TempDir Path parent;

  private Path folder() {
    return parent.resolve("a/state");
  }

  private static AbstractThrowableAssert<?, ?> refusal(Path folder) {
    return assertThatThrownBy(() -> StateFolder.open(folder, NOTHING))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.MACHINE));
  }

  @Test
  void isCreatedAndFoundAgain() throws Exception {
    assertThat(StateFolder.read(folder())).isEmpty();
    try (StateFolder state = StateFolder.open(folder(), NOTHING)) {
      Files.writeString(state.directory("x/y").resolve("file"), "kept");
      state.port("console", 8800);
      RunState run = StateFolder.read(folder()).orElseThrow();
      assertThat(run.ports()).isEqualTo(Map.of("console", 8800));
      assertThat(run.owner().alive()).isTrue();
    }
    assertThat(StateFolder.read(folder())).isEmpty();
    try (StateFolder state = StateFolder.open(folder(), NOTHING)) {
      assertThat(state.directory("x/y").resolve("file")).hasContent("kept");
      Files.writeString(state.path().resolve("migrated"), "1");
      state.clear();
      assertThat(state.path().resolve("x")).doesNotExist();
      assertThat(state.path().resolve("migrated")).doesNotExist();
      assertThat(StateFolder.read(folder())).isPresent();
    }
    try (StateFolder _ = StateFolder.open(folder(), NOTHING)) {
      assertThat(StateFolder.read(folder())).isPresent();
    }
  }

  @Test
  void refusesASecondOwnerInTheSameProcess() throws Exception {
    try (StateFolder _ = StateFolder.open(folder(), NOTHING)) {
      String self = "in use by Headroom with pid " + ProcessHandle.current().pid();
      refusal(folder()).hasMessageContaining(self);
      refusal(folder()).hasMessageContaining(self);
    }
    StateFolder.open(folder(), NOTHING).close();
  }

  @Test
  void refusesANewerFormatNamingBoth() throws Exception {
    StateFolder.open(folder(), NOTHING).close();
    Files.writeString(folder().resolve("format"), "2\n");

    refusal(folder()).hasMessageContaining("format 2 (expected: format 1)");
    assertThat(folder().resolve("run.json")).doesNotExist();
  }

  @Test
  void refusesAFolderOfSomethingElse() throws IOException {
    Files.writeString(parent.resolve("thesis.tex"), "");

    refusal(parent)
        .hasMessageContaining("is not a state folder and not empty: it holds thesis.tex");
    assertThat(parent.resolve("lock")).doesNotExist();
  }

  @Test
  void refusesAFile() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "");

    refusal(file).hasMessageContaining("is a file or lies below one");
    refusal(file.resolve("below")).hasMessageContaining("is a file or lies below one");
  }

  @Test
  void refusesADiskWithTooLittleRoom() {
    assertThatThrownBy(() -> StateFolder.open(folder(), new ByteSize(1L << 60)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("MiB are free (expected: at least 1099511627776 MiB)");
  }

  @Test
  void refusesADamagedRunFile() throws Exception {
    StateFolder.open(folder(), NOTHING).close();
    Files.writeString(folder().resolve("run.json"), "{\"owner\":");

    refusal(folder()).hasMessageContaining("run.json is damaged");
    Files.delete(folder().resolve("run.json"));
    StateFolder.open(folder(), NOTHING).close();
  }

  @Test
  void leavesProcessesAloneThatOnlyHaveTheSamePid() throws Exception {
    StateFolder.open(folder(), NOTHING).close();
    ProcessId self = ProcessId.ofThisJvm();
    RunFile.Entry stranger =
        new RunFile.Entry(
            "child",
            self.pid(),
            self.startTicks() - 1,
            "2026-01-01T00:00:00Z",
            Signal.TERM,
            List.of(),
            null);
    new RunFile(ProcessId.bootId(), stranger, Map.of(), List.of(stranger)).write(folder());

    assertThat(StateFolder.read(folder()).orElseThrow().children().getFirst().alive()).isFalse();
    // This very process is still there to see it.
    StateFolder.open(folder(), NOTHING).close();
  }

  @Test
  void leavesProcessesAloneAfterAReboot() throws Exception {
    StateFolder.open(folder(), NOTHING).close();
    ChildProcess innocent =
        ChildProcess.start(
            ProcessSpec.of("x", List.of("sleep", "1000"), parent, parent.resolve("log")),
            ChildRegistry.NONE);
    try {
      RunFile.Entry entry = RunFile.Entry.of(innocent);
      new RunFile("another boot", entry, Map.of(), List.of(entry)).write(folder());

      StateFolder.open(folder(), NOTHING).close();

      assertThat(innocent.id().isAlive()).isTrue();
    } finally {
      innocent.kill();
    }
  }

  @Test
  void endsChildrenThatNobodyEnded() throws Exception {
    ChildProcess child;
    try (StateFolder state = StateFolder.open(folder(), NOTHING)) {
      child =
          ChildProcess.start(
              ProcessSpec.of("x", List.of("sleep", "1000"), parent, parent.resolve("log")), state);
      assertThat(StateFolder.read(folder()).orElseThrow().children()).hasSize(1);
    }
    assertThat(child.isAlive()).isFalse();
  }
}
