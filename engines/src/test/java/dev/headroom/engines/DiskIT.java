package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.headroom.base.ByteSize;
import dev.headroom.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state folder on a disk of 256 KiB; only root may mount one. */
class DiskIT {
  private static final ByteSize NOTHING = new ByteSize(0);

  @TempDir Path disk;

  @BeforeEach
  void mount() {
    assumeTrue(
        Command.run(List.of("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk.toString()))
            .succeeded(),
        "needs the right to mount");
  }

  @AfterEach
  void unmount() {
    Command.run(List.of("umount", disk.toString()));
  }

  @Test
  void fullDisk() throws IOException {
    Path folder = Files.createDirectory(disk.resolve("state"));
    assertThatThrownBy(() -> Files.write(disk.resolve("filling"), new byte[1 << 20]))
        .isInstanceOf(IOException.class);

    assertThatThrownBy(() -> StateFolder.open(folder, NOTHING))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(folder + " is on a full disk; make room");
  }

  @Test
  void readOnlyDisk() {
    Command.run(List.of("mount", "-o", "remount,ro", disk.toString()));

    assertThatThrownBy(() -> StateFolder.open(disk.resolve("state"), NOTHING))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is on a read-only disk; choose a folder on another one");
  }
}
