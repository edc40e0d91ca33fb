package dev.headroom.demo;

import dev.headroom.demo.api.ApiMain;
import dev.headroom.demo.data.DataMain;
import dev.headroom.demo.mailer.MailerMain;
import dev.headroom.demo.partner.PartnerMain;
import dev.headroom.demo.settings.LightProcess;
import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.settings.WrongUse;
import dev.headroom.demo.traffic.Traffic;
import java.util.Arrays;

/** The command line of the sample application: which of its processes this one is. */
public final class Demo {
  private static final String HELP =
      """
      The sample application of Headroom: an issue tracker with realistic faults.

        demo api [--train]     the HTTP API; --train makes requests to itself and ends
        demo mailer            the worker: sends the outbox, runs the nightly jobs
        demo partner           a slow third party, simulated
        demo migrate           creates or updates the tables
        demo generate [--size small|default|large|ROWS] [--users N] [--seed N] [--today DATE]
                               creates the tables and fills them, unless they are filled
        demo traffic …         simulated users; demo traffic --help

      Settings come from the environment: PORT, HOST, DATABASE_URL or JDBC_DATABASE_URL, REDIS_URL,
      PARTNER_URL, JWT_SECRET, OTEL_*, DEMO_FAULTS, DEMO_WORKERS, DEMO_POOL, DEMO_ACCESS_LOG; the
      README explains them.
      """;

  private Demo() {}

  public static void main(String[] args) {
    if (args.length == 0 || args[0].equals("--help") || args[0].equals("-h")) {
      System.out.print(HELP);
      System.exit(args.length == 0 ? 2 : 0);
    }
    String[] rest = Arrays.copyOfRange(args, 1, args.length);
    LightProcess.prepare();
    Settings settings = Settings.ofEnvironment();
    try {
      switch (args[0]) {
        case "api" -> ApiMain.run(settings, rest);
        case "mailer" -> MailerMain.run(settings);
        case "partner" -> PartnerMain.run(settings);
        case "migrate" -> DataMain.migrate(settings);
        case "generate" -> DataMain.generate(settings, rest);
        case "traffic" -> Traffic.main(rest);
        default ->
            throw new WrongUse(
                args[0] + " (expected: api, mailer, partner, migrate, generate or traffic)");
      }
    } catch (WrongUse e) {
      System.err.println("demo: " + e.getMessage());
      System.exit(2);
    } catch (Exception e) {
      System.err.println("demo: " + e.getMessage());
      System.exit(1);
    }
  }
}
