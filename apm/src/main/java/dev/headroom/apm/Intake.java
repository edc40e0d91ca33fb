package dev.headroom.apm;

import dev.headroom.signals.OtlpBatch;
import dev.headroom.signals.OtlpEncoding;
import dev.headroom.signals.OtlpReader;
import dev.headroom.signals.OtlpRefusal;
import dev.headroom.signals.OtlpSignal;
import dev.headroom.signals.ZipkinReader;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What becomes of a request, whichever protocol brought it. Bounds the memory of all requests in
 * progress: bodies by a budget of bytes, decoding by two at a time. Thread-safe.
 */
final class Intake {
  static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private static final long BUDGET = 64L << 20;

  private final TelemetryStore store;
  private final OtlpReader reader = new OtlpReader();
  private final ZipkinReader zipkin = new ZipkinReader();
  private final AtomicLong inFlight = new AtomicLong();
  private final Semaphore decoders = new Semaphore(2);

  Intake(TelemetryStore store) {
    this.store = store;
  }

  sealed interface Outcome {
    record Taken(OtlpBatch batch) implements Outcome {}

    /** Sending it again will not help. */
    record Bad(String message) implements Outcome {}

    /** Sending it again will not help either: it must be split. */
    record TooLarge(String message) implements Outcome {}

    /** It may come again. */
    record Busy() implements Outcome {}
  }

  /** Sets memory aside for a body before it is read; false when too much is in progress. */
  boolean reserve(long bytes) {
    if (inFlight.addAndGet(bytes) <= BUDGET) {
      return true;
    }
    inFlight.addAndGet(-bytes);
    return false;
  }

  void release(long bytes) {
    inFlight.addAndGet(-bytes);
  }

  /** Blocks while others are decoded: not for an event loop. */
  Outcome take(
      OtlpSignal signal,
      OtlpEncoding encoding,
      byte[] body,
      int offset,
      ContentCoding coding,
      int most) {
    return take(
        signal, () -> reader.read(signal, encoding, coding.decode(body, offset, most)), coding);
  }

  /** The same for Zipkin's spans. */
  Outcome takeZipkin(ContentCoding coding, byte[] body) {
    return take(
        OtlpSignal.TRACES, () -> zipkin.read(coding.decode(body, 0, OtlpHttpService.MOST)), coding);
  }

  @FunctionalInterface
  private interface Read {
    OtlpBatch batch() throws IOException;
  }

  private Outcome take(OtlpSignal signal, Read read, ContentCoding coding) {
    decoders.acquireUninterruptibly();
    try {
      OtlpBatch batch = read.batch();
      if (!batch.telemetry().isEmpty() && !store.offer(batch.telemetry())) {
        return new Outcome.Busy();
      }
      store.refused(signal, "rejected", batch.rejected());
      return new Outcome.Taken(batch);
    } catch (ContentCoding.TooLarge e) {
      return new Outcome.TooLarge(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Outcome.Bad(
          "body is not " + coding.name().toLowerCase(Locale.ROOT) + ": " + e.getMessage());
    } catch (OtlpRefusal e) {
      return new Outcome.Bad(String.valueOf(e.getMessage()));
    } finally {
      decoders.release();
    }
  }
}
