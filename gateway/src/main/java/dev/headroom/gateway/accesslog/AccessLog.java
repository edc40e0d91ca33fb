package dev.headroom.gateway.accesslog;

import dev.headroom.base.UserError;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.signals.Exchange;
import dev.headroom.spec.AccessLogSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for every answered request, on a thread of its own: an event loop waits for no
 * disk. Lines that find no room are dropped, and their number is logged. Thread-safe.
 */
public final class AccessLog implements AutoCloseable {
  private static final Logger LOG = System.getLogger(AccessLog.class.getName());
  private static final int MOST_WAITING = 16 * 1024;
  private static final int BATCH = 256;

  /** Writes nothing. */
  public static final AccessLog NONE = new AccessLog(null, null);

  private final @Nullable AccessLogSpec spec;
  private final BlockingQueue<Optional<Entry>> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final LongAdder dropped = new LongAdder();
  private final @Nullable Thread writer;

  /**
   * One answered request.
   *
   * @param tenant of the verified caller; empty when there is none
   * @param user of the verified caller; empty when there is none
   * @param cache what the cache did; empty when it has nothing to do with the path
   */
  public record Entry(Exchange exchange, Asked asked, String tenant, String user, String cache) {}

  private AccessLog(@Nullable AccessLogSpec spec, @Nullable Sink sink) {
    this.spec = spec;
    this.writer = spec == null || sink == null ? null : start(spec.format(), sink);
  }

  private Thread start(AccessLogSpec.Format format, Sink sink) {
    return Thread.ofPlatform().daemon().name("gateway access log").start(() -> run(format, sink));
  }

  /**
   * As the document says.
   *
   * @throws UserError when the file cannot be opened
   */
  public static AccessLog of(Optional<AccessLogSpec> given) {
    if (given.isEmpty()) {
      return NONE;
    }
    AccessLogSpec spec = given.get();
    return new AccessLog(
        spec, spec.file().map(file -> open(file, spec)).orElse(Sink.of(System.out)));
  }

  private static Sink open(String file, AccessLogSpec spec) {
    try {
      return new LogFile(Path.of(file), spec.rotate().bytes(), spec.keep());
    } catch (IOException | java.nio.file.InvalidPathException e) {
      throw UserError.machine(
          "spec.gateway.accessLog.file: %s: cannot be opened: %s (expected: a file that this user"
                  .formatted(file, e.getMessage())
              + " may write)");
    }
  }

  /** Is it what the document says? */
  public boolean isOf(Optional<AccessLogSpec> given) {
    return Optional.ofNullable(spec).equals(given);
  }

  /** What the line will need of the head; null when no line is written. */
  public @Nullable Asked asked(String address, RequestHead head, String protocol) {
    return writer == null ? null : Asked.of(address, head, protocol);
  }

  public void answered(Entry entry) {
    if (writer != null && !waiting.offer(Optional.of(entry))) {
      dropped.increment();
    }
  }

  /** What came was no request that can be told of. */
  public void refused(String address, Exchange exchange) {
    answered(new Entry(exchange, new Asked(address, "", "-", "-", null, null), "", "", ""));
  }

  private void run(AccessLogSpec.Format format, Sink sink) {
    List<Optional<Entry>> batch = new ArrayList<>(BATCH);
    boolean failing = false;
    boolean over = false;
    try {
      while (!over) {
        batch.clear();
        batch.add(waiting.take());
        waiting.drainTo(batch, BATCH - 1);
        ByteArrayOutputStream lines = new ByteArrayOutputStream(BATCH * 256);
        for (Optional<Entry> entry : batch) {
          entry.ifPresent(
              each ->
                  lines.writeBytes(
                      (Line.of(format, each) + "\n").getBytes(StandardCharsets.UTF_8)));
          over |= entry.isEmpty();
        }
        failing = !write(sink, lines.toByteArray(), failing);
      }
      sink.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "access log: the last lines may be missing", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /* Whether that worked; tells only when that has changed. */
  private boolean write(Sink sink, byte[] lines, boolean failing) {
    try {
      if (lines.length > 0) {
        sink.write(lines);
      }
      if (failing) {
        LOG.log(Level.INFO, "access log: lines are written again");
      }
      long lost = dropped.sumThenReset();
      if (lost > 0) {
        LOG.log(Level.WARNING, "access log: {0} lines dropped, since writing is too slow", lost);
      }
      return true;
    } catch (IOException e) {
      if (!failing) {
        LOG.log(Level.WARNING, "access log: lines are lost (expected: room and a folder)", e);
      }
      return false;
    }
  }

  /** Writes what is waiting, and ends. */
  @Override
  public void close() {
    if (writer == null) {
      return;
    }
    try {
      waiting.put(Optional.empty());
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
