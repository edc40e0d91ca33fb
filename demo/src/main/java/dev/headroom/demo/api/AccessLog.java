package dev.headroom.demo.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Optional;

/** One line per request: time, method, route, status, milliseconds. */
interface AccessLog extends AutoCloseable {
  AccessLog NONE =
      new AccessLog() {
        @Override
        public void write(String endpoint, int status, long nanos) {}

        @Override
        public void close() {}
      };

  /**
   * @param endpoint method and route, such as {@code GET /api/me}
   */
  void write(String endpoint, int status, long nanos);

  @Override
  void close();

  static AccessLog of(Optional<String> file, InstantSource clock) {
    return file.isEmpty() ? NONE : new FileLog(Path.of(file.get()), clock);
  }

  /** Appends each line in one write, so that the replicas may share a file. */
  final class FileLog implements AccessLog {
    private static final Logger LOG = System.getLogger(AccessLog.class.getName());

    private final FileChannel channel;
    private final InstantSource clock;

    private FileLog(Path file, InstantSource clock) {
      try {
        this.channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException("the access log " + file + " cannot be written", e);
      }
      this.clock = clock;
    }

    @Override
    public void write(String endpoint, int status, long nanos) {
      String line =
          clock.instant()
              + " "
              + endpoint
              + " "
              + status
              + " "
              + Math.round(nanos / 1e5) / 10.0
              + "\n";
      try {
        channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      } catch (IOException e) {
        LOG.log(Level.WARNING, "access log: {0}", e.toString());
      }
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.log(Level.WARNING, "access log: {0}", e.toString());
      }
    }
  }
}
