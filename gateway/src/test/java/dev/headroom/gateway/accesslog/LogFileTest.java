package dev.headroom.gateway.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
  @TempDir private Path folder;

  private static byte[] line(int number) {
    return "line %03d\n".formatted(number).getBytes(StandardCharsets.US_ASCII);
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void is_renamed_when_it_is_large_and_the_oldest_go() throws IOException {
    LogFile file = new LogFile(folder.resolve("access.log"), 27, 2);
    for (int i = 0; i < 10; i++) {
      file.write(line(i));
    }
    file.close();

    assertThat(names()).containsExactly("access.log", "access.log.1", "access.log.2");
    assertThat(folder.resolve("access.log")).hasContent("line 009\n");
    assertThat(folder.resolve("access.log.1")).hasContent("line 006\nline 007\nline 008\n");
    assertThat(folder.resolve("access.log.2")).hasContent("line 003\nline 004\nline 005\n");
  }

  @Test
  void keeping_none_begins_anew() throws IOException {
    LogFile file = new LogFile(folder.resolve("access.log"), 9, 0);
    file.write(line(1));
    file.write(line(2));
    file.close();

    assertThat(names()).containsExactly("access.log");
    assertThat(folder.resolve("access.log")).hasContent("line 002\n");
  }

  @Test
  void goes_on_where_an_earlier_run_ended_and_follows_what_others_move() throws IOException {
    Path path = Files.writeString(folder.resolve("access.log"), "earlier\n");
    LogFile file = new LogFile(path, 1000, 2);
    file.write(line(1));
    Files.move(path, folder.resolve("access.log.moved"));
    file.write(line(2));
    Files.delete(path);
    file.write(line(3));
    file.close();

    assertThat(folder.resolve("access.log.moved")).hasContent("earlier\nline 001\n");
    assertThat(path).hasContent("line 003\n");
  }

  @Test
  void a_folder_that_goes_is_made_again() throws IOException {
    Path path = folder.resolve("logs").resolve("access.log");
    LogFile file = new LogFile(path, 1000, 2);
    file.write(line(1));
    Files.delete(path);
    Files.delete(path.getParent());
    file.write(line(2));
    file.close();

    assertThat(path).hasContent("line 002\n");
  }
}
