package dev.headroom.demo.settings;

/** A mistake of the person who started the process: told in one line, without a stack trace. */
public final class WrongUse extends RuntimeException {
  public WrongUse(String message) {
    super(message);
  }
}
