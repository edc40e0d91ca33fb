package dev.headroom.demo.data;

import dev.headroom.demo.db.DatabaseUrl;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.settings.WrongUse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** {@code demo migrate} and {@code demo generate}. */
public final class DataMain {
  private DataMain() {}

  /** Creates what is missing and makes the indexes agree with the faults. */
  public static void migrate(Settings settings) throws SQLException {
    Faults faults = Faults.of(settings);
    try (Connection connection = DriverManager.getConnection(DatabaseUrl.of(settings))) {
      Schema.create(connection);
      Schema.tune(connection);
      Schema.apply(faults, connection);
    }
    System.err.println("the schema is up to date");
  }

  /** Fills the tables, unless they are filled. */
  public static void generate(Settings settings, String[] args) throws SQLException {
    Locale.setDefault(Locale.ROOT);
    DataSize size = DataSize.DEFAULT;
    int users = 0;
    long seed = Generator.SEED;
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new WrongUse(args[i] + " (expected: a value after it)");
      }
      String value = args[i + 1];
      switch (args[i]) {
        case "--size" -> size = DataSize.of(value);
        case "--users" -> users = (int) number("--users", value, 5, 10_000_000);
        case "--seed" -> seed = number("--seed", value, Long.MIN_VALUE, Long.MAX_VALUE);
        case "--today" -> today = date(value);
        default -> throw new WrongUse(args[i] + " (expected: --size, --users, --seed or --today)");
      }
    }
    Faults faults = Faults.of(settings);
    try (Connection connection = DriverManager.getConnection(DatabaseUrl.of(settings))) {
      Generator.run(
          connection, users == 0 ? size : size.withUsers(users), seed, today, faults, System.err);
    }
  }

  private static long number(String option, String value, long min, long max) {
    try {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Falls through to the same complaint as a number out of range.
    }
    throw new WrongUse(
        option + ": " + value + " (expected: a number from " + min + " to " + max + ")");
  }

  private static LocalDate date(String value) {
    try {
      return LocalDate.parse(value);
    } catch (DateTimeParseException e) {
      throw new WrongUse("--today: " + value + " (expected: a date such as 2026-11-23)");
    }
  }
}
