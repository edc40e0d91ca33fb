package dev.headroom.demo.data;

import dev.headroom.demo.settings.WrongUse;
import java.util.Locale;

/** How many rows each table gets. */
public record DataSize(
    String name,
    int tenants,
    int users,
    int projects,
    int issues,
    int comments,
    int labelsPerTenant,
    int issueLabels,
    int watchers,
    int members,
    int attachments,
    int timeEntries,
    int notifications,
    int auditEvents,
    int sessions,
    int outbox,
    int savedSearches) {

  /** About 20,000 rows, for tests. */
  public static final DataSize SMALL =
      new DataSize(
          "small", 8, 250, 60, 2_000, 6_000, 10, 3_000, 1_200, 800, 800, 1_500, 1_500, 2_500, 600,
          800, 400);

  /**
   * A good million rows; the tables that faults scan are the smaller ones, so that two cores do.
   */
  public static final DataSize DEFAULT =
      new DataSize(
          "default", 300, 15_000, 1_500, 90_000, 540_000, 10, 190_000, 30_000, 45_000, 20_000,
          25_000, 30_000, 60_000, 20_000, 15_000, 12_000);

  public static DataSize of(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "small" -> SMALL;
      case "default" -> DEFAULT;
      case "large" -> DEFAULT.times("large", 8);
      default -> {
        int rows;
        try {
          rows = Integer.parseInt(name.replace("_", ""));
        } catch (NumberFormatException e) {
          rows = 0;
        }
        if (rows < 5_000 || rows > 100_000_000) {
          throw new WrongUse(
              "--size: " + name + " (expected: small, default, large or 5000 to 100000000 rows)");
        }
        yield DEFAULT.times(name, rows / (double) DEFAULT.rows());
      }
    };
  }

  private DataSize times(String newName, double factor) {
    return new DataSize(
        newName,
        scaled(tenants, factor),
        scaled(users, factor),
        scaled(projects, factor),
        scaled(issues, factor),
        scaled(comments, factor),
        labelsPerTenant,
        scaled(issueLabels, factor),
        scaled(watchers, factor),
        scaled(members, factor),
        scaled(attachments, factor),
        scaled(timeEntries, factor),
        scaled(notifications, factor),
        scaled(auditEvents, factor),
        scaled(sessions, factor),
        scaled(outbox, factor),
        scaled(savedSearches, factor));
  }

  private static int scaled(int count, double factor) {
    return (int) Math.max(5, Math.round(count * factor));
  }

  /** The same with another number of accounts. */
  public DataSize withUsers(int count) {
    return new DataSize(
        name,
        Math.min(tenants, count),
        count,
        Math.max(projects, Math.min(tenants, count)),
        issues,
        comments,
        labelsPerTenant,
        issueLabels,
        watchers,
        members,
        attachments,
        timeEntries,
        notifications,
        auditEvents,
        sessions,
        outbox,
        savedSearches);
  }

  public long rows() {
    return 3L * tenants
        + users
        + projects
        + issues
        + comments
        + (long) tenants * labelsPerTenant
        + issueLabels
        + watchers
        + members
        + attachments
        + timeEntries
        + notifications
        + auditEvents
        + sessions
        + outbox
        + savedSearches;
  }
}
