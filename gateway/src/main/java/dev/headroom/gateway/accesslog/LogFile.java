package dev.headroom.gateway.accesslog;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file that is appended to. It is renamed to {@code NAME.1} when it is large, those before it to
 * {@code .2} and so on; and when something else has moved or removed it, a new one is begun. Used
 * by one thread.
 */
final class LogFile implements Sink {
  private final Path path;
  private final long rotateAt;
  private final int keep;
  private OutputStream out;
  private @Nullable Object identity;
  private long size;

  /**
   * @param rotateAt bytes
   * @param keep renamed files that stay
   */
  LogFile(Path path, long rotateAt, int keep) throws IOException {
    this.path = path;
    this.rotateAt = rotateAt;
    this.keep = keep;
    this.out = open();
  }

  private OutputStream open() throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    OutputStream opened =
        Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    identity = identity();
    size = Files.size(path);
    return opened;
  }

  private @Nullable Object identity() throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public void write(byte[] lines) throws IOException {
    if (!Objects.equals(identity, identity())) {
      out.close();
      out = open();
    }
    if (size > 0 && size + lines.length > rotateAt) {
      rotate();
    }
    out.write(lines);
    size += lines.length;
  }

  private void rotate() throws IOException {
    out.close();
    if (keep == 0) {
      Files.deleteIfExists(path);
    }
    for (int number = keep; number > 0; number--) {
      Path from = number == 1 ? path : numbered(number - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(number), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    out = open();
  }

  private Path numbered(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
