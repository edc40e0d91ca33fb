package dev.headroom.gateway.accesslog;

import java.io.IOException;
import java.io.OutputStream;

/** Where lines go. Used by one thread. */
interface Sink {
  /** Whole lines, each with its end. */
  void write(byte[] lines) throws IOException;

  void close() throws IOException;

  /** One that stays open when this is closed. */
  static Sink of(OutputStream out) {
    return new Sink() {
      @Override
      public void write(byte[] lines) throws IOException {
        out.write(lines);
        out.flush();
      }

      @Override
      public void close() {}
    };
  }
}
