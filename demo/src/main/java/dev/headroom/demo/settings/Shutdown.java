package dev.headroom.demo.settings;

/** The end of a process: SIGTERM and SIGINT run the stop and end with status 0. */
public final class Shutdown {
  private Shutdown() {}

  /** Runs the stop when the process is told to end. */
  public static void onSignal(Runnable stop) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stop.run();
                  // The JVM would report the signal (143); an orderly stop is a success.
                  Runtime.getRuntime().halt(0);
                },
                "stop"));
  }
}
