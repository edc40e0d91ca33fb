package dev.headroom.demo.traffic;

import dev.headroom.demo.traffic.figures.Live;
import dev.headroom.demo.traffic.figures.Report;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.Locale;

/** What a person sees of a run. */
final class Screen {
  private final PrintStream out;
  private final boolean quiet;
  private final boolean terminal;

  Screen(PrintStream out, boolean quiet, boolean terminal) {
    this.out = out;
    this.quiet = quiet;
    this.terminal = terminal;
  }

  /** Something a program may wait for; printed even when quiet. */
  synchronized void announce(String text) {
    out.println(text);
    out.flush();
  }

  /** A line that replaces the one before on a terminal. */
  synchronized void live(double second, double users, long inFlight, long stale, Live live) {
    if (quiet) {
      return;
    }
    String line =
        String.format(
            Locale.ROOT,
            "%5.0fs %6.0f users %6.1f req/s %4d in flight  p50 %s p95 %s p99 %s"
                + "  errors %d  limited %d  other 4xx %d  stale %d",
            second,
            users,
            live.rate(),
            inFlight,
            ms(live.p50Ms()),
            ms(live.p95Ms()),
            ms(live.p99Ms()),
            live.errors(),
            live.limited(),
            live.unexpected4xx(),
            stale);
    if (terminal) {
      out.print("\r" + line + "\u001b[K");
    } else {
      out.println(line);
    }
    out.flush();
  }

  synchronized void summary(Report report) {
    if (quiet) {
      return;
    }
    if (terminal) {
      out.println();
    }
    out.printf(
        Locale.ROOT,
        "%n%-42s %8s %6s %7s  %s%n",
        "endpoint",
        "count",
        "errors",
        "limited",
        "   p50      p95      p99      max");
    report.endpoints().stream()
        .filter(row -> row.count() > 0)
        .sorted(Comparator.comparingDouble(Report.OfEndpoint::p95Ms).reversed())
        .forEach(
            row ->
                out.printf(
                    Locale.ROOT,
                    "%-42s %8d %6d %7d  %s %s %s %s%n",
                    row.endpoint(),
                    row.count(),
                    row.errors(),
                    row.limited(),
                    ms(row.p50Ms()),
                    ms(row.p95Ms()),
                    ms(row.p99Ms()),
                    ms(row.maxMs())));
    report.samples().stream().limit(10).forEach(sample -> out.println("  " + sample));
    out.printf(
        Locale.ROOT,
        "%d requests in %.1f s, %d errors (%d overload), %d limited, %d other 4xx, %d unfinished,"
            + " %d stale reads, %d writes acknowledged, %s, %.0f µs CPU per request here%n",
        report.requests(),
        report.seconds(),
        report.errors(),
        report.overload(),
        report.limited(),
        report.unexpected4xx(),
        report.unfinished(),
        report.staleReads(),
        report.acknowledgedWrites(),
        report.lostWrites() == null
            ? "not verified"
            : report.lostWrites()
                + " lost and "
                + report.unverifiedWrites()
                + " unanswered of "
                + report.verifiedWrites()
                + " read back",
        report.cpuMicrosPerRequest());
    out.flush();
  }

  private static String ms(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%6.1fms" : "%6.0fms", value);
  }
}
