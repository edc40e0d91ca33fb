package dev.headroom.demo.api;

/**
 * Mean milliseconds of the emulated downstream calls: they make 250 requests per second need at
 * least 21 replicas at two requests in flight, and 83 need 8.
 */
final class Waits {
  static final int READ = 160;
  static final int WRITE = 165;
  static final int REPORT = 140;

  private Waits() {}
}
