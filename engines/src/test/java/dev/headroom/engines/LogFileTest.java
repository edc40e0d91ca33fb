package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
  @TempDir Path folder;

  @Test
  void tailsWhatThisRunWrote() throws IOException {
    LogFile log = new LogFile(folder.resolve("log"));
    Files.writeString(log.path(), "old 1\nold 2\n");
    long from = log.size();
    Files.writeString(log.path(), "new 1\nnew 2\nnew 3\n", StandardOpenOption.APPEND);

    assertThat(log.tail(from, 2)).containsExactly("new 2", "new 3");
    assertThat(log.tail(from, 9)).containsExactly("new 1", "new 2", "new 3");
  }

  @Test
  void tailOfAHugeLogIsBounded() throws IOException {
    LogFile log = new LogFile(folder.resolve("log"));
    Files.writeString(log.path(), "x".repeat(1 << 20) + "\nlast\n");

    assertThat(log.tail(0, 1)).containsExactly("last");
    assertThat(log.tail(0, 5)).hasSize(2);
  }

  @Test
  void tailOfAMissingLogSaysSo() {
    LogFile log = new LogFile(folder.resolve("log"));

    assertThat(log.tail(0, 5)).singleElement().asString().contains("not readable");
  }

  @Test
  void rotatesOnlyPastItsBoundAndKeepsOneGeneration() throws IOException {
    LogFile log = new LogFile(folder.resolve("below/log"));
    log.rotateIfLarge(4);
    Files.writeString(log.path(), "1234");
    log.rotateIfLarge(4);
    assertThat(log.path()).hasContent("1234");

    Files.writeString(log.path(), "12345");
    log.rotateIfLarge(4);
    assertThat(log.path()).isEmptyFile();
    assertThat(folder.resolve("below/log.1")).hasContent("12345");

    Files.writeString(log.path(), "67890");
    log.rotateIfLarge(4);
    assertThat(folder.resolve("below/log.1")).hasContent("67890");
    assertThat(log.tail(1000, 1)).isEmpty();
  }
}
