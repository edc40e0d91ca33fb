package dev.headroom.demo.api;

/**
 * Mean milliseconds of the emulated downstream calls: with 5 workers a replica these make 250
 * requests per second need at least 21 replicas at three requests in flight, and 83 need 8.
 */
final class Waits {
  static final int READ = 235;
  static final int WRITE = 240;
  static final int REPORT = 200;

  private Waits() {}
}
