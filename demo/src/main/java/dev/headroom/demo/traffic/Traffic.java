package dev.headroom.demo.traffic;

/** The command line of the traffic generator. */
public final class Traffic {
  private Traffic() {}

  public static void main(String[] args) {
    System.exit(TrafficCommand.run(args));
  }
}
