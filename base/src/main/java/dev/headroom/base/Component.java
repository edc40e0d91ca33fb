package dev.headroom.base;

/**
 * A running part of the product. A component is built whole by a static {@code start} method that
 * returns once it works, and is over when {@link #close()} returns.
 *
 * <p>Implementations are thread-safe; {@code close} may be called more than once and never throws.
 */
public interface Component extends AutoCloseable {

  /** What an operator calls it, for example {@code gateway} or {@code postgres primary}. */
  String name();

  /** Would it work now? Answers from what is known, without waiting on the network. */
  Health check();

  @Override
  void close();
}
