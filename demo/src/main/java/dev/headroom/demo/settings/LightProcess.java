package dev.headroom.demo.settings;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Makes the libraries cheap to start: two dozen of these processes share a laptop. Must run before
 * any of their classes is loaded.
 */
public final class LightProcess {
  // Held here, because the log manager forgets loggers that nobody holds.
  private static final Logger POOL = Logger.getLogger("com.zaxxer.hikari");

  private LightProcess() {}

  public static void prepare() {
    // Netty's event recording would load the whole flight recorder at the first buffer.
    System.setProperty("io.netty.jfr.enabled", "false");
    // Its pooled buffers pay off at thousands of requests per second, not at ten.
    System.setProperty("io.netty.allocator.type", "unpooled");
    // The first published record loads locale data and formatters: start-up has nothing to say.
    POOL.setLevel(Level.WARNING);
  }
}
