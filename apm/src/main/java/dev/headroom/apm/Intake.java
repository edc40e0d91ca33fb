package dev.headroom.apm;

import dev.headroom.signals.OtlpBatch;
import dev.headroom.signals.OtlpEncoding;
import dev.headroom.signals.OtlpReader;
import dev.headroom.signals.OtlpRefusal;
import dev.headroom.signals.OtlpSignal;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
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
      OtlpSignal signal, OtlpEncoding encoding, byte[] body, int offset, boolean gzip, int most) {
    decoders.acquireUninterruptibly();
    try {
      byte[] plain;
      if (gzip) {
        plain = Gunzip.gunzip(body, offset, most);
      } else if (body.length - offset > most) {
        return new Outcome.TooLarge(
            (body.length - offset) + " bytes (expected: at most " + most + ")");
      } else {
        plain = offset == 0 ? body : Arrays.copyOfRange(body, offset, body.length);
      }
      OtlpBatch batch = reader.read(signal, encoding, plain);
      if (!batch.telemetry().isEmpty() && !store.offer(batch.telemetry())) {
        return new Outcome.Busy();
      }
      store.refused(signal, "rejected", batch.rejected());
      return new Outcome.Taken(batch);
    } catch (Gunzip.TooLarge e) {
      return new Outcome.TooLarge(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Outcome.Bad("body is not gzip: " + e.getMessage());
    } catch (OtlpRefusal e) {
      return new Outcome.Bad(String.valueOf(e.getMessage()));
    } finally {
      decoders.release();
    }
  }
}
