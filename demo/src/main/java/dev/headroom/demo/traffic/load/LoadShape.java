package dev.headroom.demo.traffic.load;

import java.time.Duration;
import java.util.List;

/** The number of active users over time. */
public sealed interface LoadShape {

  /** Active users {@code second} seconds after the start. */
  double usersAt(double second);

  /** Always the same. */
  record Constant(int users) implements LoadShape {
    @Override
    public double usersAt(double second) {
      return users;
    }
  }

  /** Grows evenly from {@code from} to {@code to} and stays there. */
  record Ramp(int from, int to, Duration over) implements LoadShape {
    @Override
    public double usersAt(double second) {
      double done = Math.min(1, second / (over.toNanos() / 1e9));
      return from + (to - from) * done;
    }
  }

  /**
   * Office days: {@code low} at night, {@code peak} in the morning, a dip at noon, and a lower hump
   * in the afternoon. A run begins at the quietest hour and repeats after {@code length}.
   */
  record Day(int low, int peak, Duration length) implements LoadShape {
    // From 04:00, hour by hour, as a part of the way from low to peak.
    private static final double[] HOURS = {
      0, .03, .10, .25, .55, .85, 1, .97, .78, .82, .95, .93, .85, .65, .42, .30, .24, .18, .13,
      .09, .06, .04, .02, .01
    };

    @Override
    public double usersAt(double second) {
      double hour = second / (length.toNanos() / 1e9) % 1 * HOURS.length;
      int before = (int) hour;
      double after = HOURS[(before + 1) % HOURS.length];
      double part = HOURS[before] + (after - HOURS[before]) * (hour - before);
      return low + (peak - low) * part;
    }
  }

  /**
   * Another shape whose first users come one after the other instead of all at once, as people do
   * in the morning.
   */
  record Arriving(LoadShape base, Duration over) implements LoadShape {
    @Override
    public double usersAt(double second) {
      return base.usersAt(second) * Math.min(1, second / (over.toNanos() / 1e9));
    }
  }

  /** Another shape with spikes on top; where several meet, the highest counts. */
  record Spiked(LoadShape base, List<Spike> spikes) implements LoadShape {
    public Spiked {
      spikes = List.copyOf(spikes);
    }

    @Override
    public double usersAt(double second) {
      double users = base.usersAt(second);
      for (Spike spike : spikes) {
        if (spike.covers(second)) {
          users = Math.max(users, spike.users());
        }
      }
      return users;
    }
  }
}
