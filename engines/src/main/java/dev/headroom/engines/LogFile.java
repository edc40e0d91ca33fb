package dev.headroom.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Where a child's output goes: appended by the child itself, one older generation kept beside it as
 * {@code <name>.1}.
 */
record LogFile(Path path) {
  private static final long MAX_BYTES = 10L << 20;
  private static final int MAX_TAIL_BYTES = 64 << 10;

  /** Makes room when the file has grown past its bound; works while a child writes to it. */
  void rotateIfLarge() {
    rotateIfLarge(MAX_BYTES);
  }

  void rotateIfLarge(long maxBytes) {
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      if (!Files.exists(path) || Files.size(path) <= maxBytes) {
        return;
      }
      // Copied and cut rather than renamed: the child appends to the open file wherever it is.
      Files.copy(
          path,
          path.resolveSibling(path.getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
      Files.write(path, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write the log " + path, e);
    }
  }

  long size() {
    try {
      return Files.exists(path) ? Files.size(path) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** The last {@code lines} lines written after byte {@code from}. */
  List<String> tail(long from, int lines) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      // After a rotation the file is shorter than where this child began: all of it is ours.
      long start = Math.max(from <= size ? from : 0, size - MAX_TAIL_BYTES);
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size - start));
      while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {}
      List<String> all = StandardCharsets.UTF_8.decode(bytes.flip()).toString().lines().toList();
      return all.subList(Math.max(0, all.size() - lines), all.size());
    } catch (IOException e) {
      return List.of("(" + path + " is not readable: " + e.getMessage() + ")");
    }
  }
}
