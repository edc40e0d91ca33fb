package dev.headroom.pgwire;

import java.io.IOException;

/** Bytes that are no valid message: the value, the expectation, and where. */
public final class ProtocolException extends IOException {

  public ProtocolException(String message) {
    super(message);
  }
}
