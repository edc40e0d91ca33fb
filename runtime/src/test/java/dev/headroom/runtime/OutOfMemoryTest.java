package dev.headroom.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutOfMemoryTest {
  @TempDir private Path folder;

  @Test
  void aBareKillIsMemoryOnlyWhenTheKernelHasCountedOne() throws IOException {
    Path counters = folder.resolve("vmstat");
    Files.writeString(counters, "nr_free_pages 1\noom_kill 7\n");
    OutOfMemory outOfMemory = new OutOfMemory(counters);
    assertThat(outOfMemory.cause(137, List.of())).isEmpty();

    Files.writeString(counters, "nr_free_pages 1\noom_kill 8\n");
    assertThat(outOfMemory.cause(143, List.of())).as("asked to end").isEmpty();
    assertThat(outOfMemory.cause(137, List.of()))
        .hasValueSatisfying(why -> assertThat(why).contains("kernel"));

    outOfMemory.look();
    assertThat(outOfMemory.cause(137, List.of())).as("that was another one").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Terminating due to java.lang.OutOfMemoryError: Java heap space",
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        "MemoryError",
        "fatal error: runtime: out of memory",
        "[FATAL] failed to allocate memory"
      })
  void lastWordsOfRuntimes(String line) {
    OutOfMemory outOfMemory = new OutOfMemory(folder.resolve("none"));
    assertThat(outOfMemory.cause(1, List.of("before", line))).isPresent();
    assertThat(outOfMemory.cause(0, List.of(line))).as("ended well").isEmpty();
  }

  @Test
  void otherLastWords() {
    assertThat(new OutOfMemory(folder.resolve("none")).cause(1, List.of("connection refused")))
        .isEmpty();
  }
}
