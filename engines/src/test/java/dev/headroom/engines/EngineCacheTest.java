package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineCacheTest {
  private static final String RESOURCE = "/dev/headroom/engines/EngineCacheTest.class";

  @TempDir Path folder;

  @Test
  void placesInOrder() {
    assertThat(EngineCache.folder(Map.of("HEADROOM_CACHE", "/a", "XDG_CACHE_HOME", "/b"), "/c"))
        .isEqualTo(Path.of("/a"));
    assertThat(EngineCache.folder(Map.of("XDG_CACHE_HOME", "/b"), "/c"))
        .isEqualTo(Path.of("/b/headroom"));
    assertThat(EngineCache.folder(Map.of(), "/c")).isEqualTo(Path.of("/c/.cache/headroom"));
  }

  @Test
  void manyUnpackTheSameOnce() throws Exception {
    EngineCache cache = new EngineCache(folder);
    List<Future<Path>> entries = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        entries.add(
            threads.submit(
                () ->
                    cache.unpacked(
                        "x", RESOURCE, (packed, to) -> Files.copy(packed, to.resolve("file")))));
      }
    }

    Path first = entries.getFirst().get();
    assertThat(first.resolve("file")).isNotEmptyFile();
    for (Future<Path> entry : entries) {
      assertThat(entry.get()).isEqualTo(first);
    }
    try (Stream<Path> content = Files.list(folder)) {
      assertThat(content).containsExactly(first);
    }
  }

  @Test
  void leavesNothingThatLooksFinished() throws IOException {
    EngineCache cache = new EngineCache(folder);

    assertThatThrownBy(
            () ->
                cache.unpacked(
                    "x",
                    RESOURCE,
                    (_, _) -> {
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("HEADROOM_CACHE");
    assertThat(folder).isEmptyDirectory();
  }
}
