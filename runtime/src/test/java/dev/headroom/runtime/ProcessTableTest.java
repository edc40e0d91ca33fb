package dev.headroom.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tree of processes as {@code /proc} tells of it. */
class ProcessTableTest {
  @TempDir private Path proc;

  @Test
  void aTreeIsCountedAsOne() throws IOException {
    process(10, 1, "npm start", 100, 4, 2, 30, 10);
    process(11, 10, "sh (-c)", 101, 1, 0, 0, 0);
    process(12, 11, "node) server.js", 102, 900, 60, 0, 0);
    process(13, 1, "someone else", 103, 5000, 0, 0, 0);
    status(10, 40_000, 30_000, 0);
    status(11, 500, 1_500, 0);
    status(12, 120_000, 45_000, 0);
    ProcessTable table = ProcessTable.read(proc);

    assertThat(table.tree(10).stream().map(ProcessTable.Entry::pid)).containsExactly(10L, 11L, 12L);
    assertThat(table.cpuTicks(10))
        .as("of children that have ended too")
        .isEqualTo(4 + 2 + 30 + 10 + 1 + 900 + 60);
    assertThat(table.residentBytes(10)).isEqualTo((40_000 + 500 + 120_000 + 45_000) * 1024L);
    assertThat(table.get(12).orElseThrow().startTicks()).isEqualTo(102);
  }

  @Test
  void sharedMemoryIsThereOnce() throws IOException {
    process(20, 1, "postgres", 1, 0, 0, 0, 0);
    status(20, 8_000, 6_000, 128_000);
    for (int backend = 21; backend < 41; backend++) {
      process(backend, 20, "postgres: app", 2, 0, 0, 0, 0);
      status(backend, 3_000, 5_000, 110_000);
    }
    assertThat(ProcessTable.read(proc).residentBytes(20))
        .isEqualTo((8_000 + 20 * 3_000 + 128_000 + 6_000) * 1024L);
  }

  @Test
  void whatIsGoneHasNothing() throws IOException {
    process(30, 1, "here", 1, 7, 0, 0, 0);
    ProcessTable table = ProcessTable.read(proc);
    assertThat(table.get(31)).isEmpty();
    assertThat(table.tree(31)).isEmpty();
    assertThat(table.residentBytes(30)).as("ended while it was read").isZero();
    assertThat(ProcessTable.read(proc.resolve("nowhere")).tree(1)).isEmpty();
  }

  @Test
  void thisProcessIsInTheTable() {
    long pid = ProcessHandle.current().pid();
    ProcessTable table = ProcessTable.read();
    assertThat(table.get(pid)).isPresent();
    assertThat(table.residentBytes(pid)).isGreaterThan(10 << 20);
  }

  private void process(long pid, long parent, String command, long start, long... ticks)
      throws IOException {
    Path folder = Files.createDirectories(proc.resolve(Long.toString(pid)));
    Files.writeString(
        folder.resolve("stat"),
        "%d (%s) S %d 1 1 0 -1 4194560 1 1 0 0 %d %d %d %d 20 0 1 0 %d 1 1 18446744073709551615\n"
            .formatted(pid, command, parent, ticks[0], ticks[1], ticks[2], ticks[3], start));
  }

  private void status(long pid, long own, long files, long shared) throws IOException {
    Files.write(
        proc.resolve(Long.toString(pid)).resolve("status"),
        List.of(
            "Name:\tx",
            "VmRSS:\t   %d kB".formatted(own + files + shared),
            "RssAnon:\t   %d kB".formatted(own),
            "RssFile:\t   %d kB".formatted(files),
            "RssShmem:\t   %d kB".formatted(shared)));
  }
}
