package dev.headroom.signals;

/**
 * A request that is not OTLP: nothing of it was taken, and sending it again will not help. The
 * message says at which byte and what was expected there.
 */
public final class OtlpRefusal extends RuntimeException {

  OtlpRefusal(String message) {
    super(message);
  }

  OtlpRefusal(long position, String message) {
    super("byte " + position + ": " + message);
  }
}
