package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisBinariesTest {
  @TempDir Path folder;

  private void program(String says) throws IOException {
    Path program = folder.resolve("redis-server");
    Files.writeString(program, "#!/bin/sh\necho '" + says + "'\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void prefersANewerOneOnThePath() throws IOException {
    program("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64");

    RedisBinaries found = RedisBinaries.onPath("/nowhere:" + folder).orElseThrow();

    assertThat(found.version()).isEqualTo("7.0.15");
    assertThat(found.server()).isEqualTo(folder.resolve("redis-server"));
  }

  @Test
  void leavesAnOlderOneAlone() throws IOException {
    program("Redis server v=5.0.3 sha=00000000:0 malloc=libc bits=64");

    assertThat(RedisBinaries.onPath(folder.toString())).isEmpty();
  }

  @Test
  void namesTheMissingLibrary() {
    String output = "redis-server: error while loading shared libraries: libssl.so.3: cannot open";

    assertThat(RedisBinaries.unfit(Path.of("/x/redis-server"), output))
        .hasMessageContaining("libssl.so.3")
        .hasMessageContaining("install OpenSSL 3 (package libssl3)");
  }
}
