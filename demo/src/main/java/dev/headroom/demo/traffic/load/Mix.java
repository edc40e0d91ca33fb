package dev.headroom.demo.traffic.load;

import java.util.random.RandomGenerator;

/** How what users do is spread over the endpoints. */
public final class Mix {
  /** Requests from one login to the next, on average. */
  public static final double SESSION = 20;

  /** How many of the writes that can be looked up are. */
  public static final double READ_BACK = 0.5;

  private final double[] cumulated = new double[Endpoint.ALL.size()];
  private final double total;

  public Mix() {
    double sum = 0;
    for (int i = 0; i < cumulated.length; i++) {
      sum += Endpoint.ALL.get(i).weight();
      cumulated[i] = sum;
    }
    total = sum;
  }

  /** What a logged-in user asks for next. */
  public Endpoint pick(RandomGenerator random) {
    double point = random.nextDouble() * total;
    int index = 0;
    while (cumulated[index] <= point) {
      index++;
    }
    return Endpoint.ALL.get(index);
  }

  /** The share of {@code endpoint} among what {@link #pick} gives. */
  double share(Endpoint endpoint) {
    return endpoint.weight() / total;
  }

  /**
   * Requests that one arrival causes on average: itself, and now and then the read of what it
   * wrote. Arrivals are thinned by it, so that requests and not arrivals follow the users.
   */
  public double requestsPerArrival() {
    double readable =
        Endpoint.ALL.stream().filter(Endpoint::readable).mapToDouble(this::share).sum();
    return 1 + READ_BACK * readable * (1 - 1 / SESSION);
  }
}
