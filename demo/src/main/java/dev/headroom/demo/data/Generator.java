package dev.headroom.demo.data;

import dev.headroom.demo.faults.Faults;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Fills the tables. The same size, seed and day give the same rows; all or nothing: one transaction
 * loads, and a marker row says that it is done.
 */
public final class Generator {
  public static final long SEED = 20_261_123L;

  private static final int DAYS = 400;
  private static final String[] STATUS = {"open", "in_progress", "review", "closed"};
  private static final String[] PRIORITY = {"low", "normal", "normal", "high", "urgent"};
  private static final String[] COLOUR = {"red", "green", "blue", "grey", "orange"};
  private static final String[] LABEL = {
    "bug",
    "feature",
    "question",
    "security",
    "performance",
    "design",
    "docs",
    "mobile",
    "customer",
    "later"
  };
  private static final String[] KIND = {"created", "changed", "commented", "closed", "assigned"};
  private static final String[] ZONE = {
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "America/Sao_Paulo"
  };

  private final DataSize size;
  private final long seed;
  private final Population population;
  private final long end;
  private final PrintStream progress;

  private Generator(DataSize size, long seed, LocalDate today, PrintStream progress) {
    this.size = size;
    this.seed = seed;
    this.population = new Population(size, seed);
    this.end = today.atStartOfDay(ZoneOffset.UTC).toEpochSecond();
    this.progress = progress;
  }

  /**
   * Creates the schema and loads the data unless it is there.
   *
   * @return the number of rows loaded, 0 when they were there
   */
  public static long run(
      Connection connection,
      DataSize size,
      long seed,
      LocalDate today,
      Faults faults,
      PrintStream progress)
      throws SQLException {
    Schema.create(connection);
    Schema.tune(connection);
    if (isThere(connection, size, progress)) {
      Schema.apply(faults, connection);
      return 0;
    }
    long start = System.nanoTime();
    connection.setAutoCommit(false);
    long rows;
    try {
      Generator generator = new Generator(size, seed, today, progress);
      Schema.dropIndexes(connection);
      rows = generator.load(connection);
      progress.println("indexes and constraints");
      Schema.createIndexes(connection);
      generator.mark(connection, rows);
      connection.commit();
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
    Schema.apply(faults, connection);
    progress.println("analyze");
    try (Statement statement = connection.createStatement()) {
      statement.execute("ANALYZE");
    }
    progress.printf("%,d rows in %.1f s%n", rows, (System.nanoTime() - start) / 1e9);
    return rows;
  }

  private static boolean isThere(Connection connection, DataSize size, PrintStream progress)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT name, users, rows FROM data_sets")) {
      if (!found.next()) {
        return false;
      }
      progress.printf(
          "the data is there: size %s, %,d users, %,d rows%s%n",
          found.getString(1),
          found.getInt(2),
          found.getLong(3),
          found.getString(1).equals(size.name()) ? "" : " (asked for " + size.name() + ")");
      return true;
    }
  }

  private void mark(Connection connection, long rows) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO data_sets (name, users, rows, seed) VALUES (?, ?, ?, ?)")) {
      statement.setString(1, size.name());
      statement.setInt(2, size.users());
      statement.setLong(3, rows);
      statement.setLong(4, seed);
      statement.executeUpdate();
    }
  }

  private long load(Connection connection) throws SQLException {
    long rows = 0;
    rows += table(connection, "tenants (id, name, plan, created_at)", size.tenants(), this::tenant);
    rows +=
        table(
            connection,
            "users (id, tenant_id, email, name, role, password_salt, password_hash, time_zone,"
                + " created_at)",
            size.users(),
            this::user);
    rows +=
        table(
            connection,
            "sessions (id, user_id, issued_at, expires_at, user_agent)",
            size.sessions(),
            this::session);
    rows +=
        table(
            connection,
            "projects (id, tenant_id, name, archived, created_by, created_at)",
            size.projects(),
            this::project);
    rows +=
        table(
            connection,
            "project_members (project_id, user_id, role)",
            size.members(),
            this::member);
    rows +=
        table(
            connection,
            "issues (id, tenant_id, project_id, title, body, status, priority, reporter_id,"
                + " assignee_id, external_ref, due_on, created_at, updated_at, closed_at)",
            size.issues(),
            this::issue);
    rows +=
        table(
            connection,
            "comments (id, issue_id, author_id, body, created_at)",
            size.comments(),
            this::comment);
    rows +=
        table(
            connection,
            "labels (id, tenant_id, name, colour)",
            size.tenants() * size.labelsPerTenant(),
            this::label);
    rows +=
        table(
            connection, "issue_labels (issue_id, label_id)", size.issueLabels(), this::issueLabel);
    rows += table(connection, "issue_watchers (issue_id, user_id)", size.watchers(), this::watcher);
    rows +=
        table(
            connection,
            "attachments (id, issue_id, uploaded_by, name, content_type, size, scan, content,"
                + " created_at)",
            size.attachments(),
            this::attachment);
    rows +=
        table(
            connection,
            "time_entries (id, issue_id, user_id, minutes, spent_on)",
            size.timeEntries(),
            this::timeEntry);
    rows +=
        table(
            connection,
            "notifications (id, user_id, issue_id, kind, created_at, read_at)",
            size.notifications(),
            this::notification);
    rows +=
        table(
            connection,
            "audit_events (id, tenant_id, actor_id, issue_id, kind, detail, created_at)",
            size.auditEvents(),
            this::auditEvent);
    rows +=
        table(
            connection,
            "outbox (id, kind, recipient, payload, created_at, sent_at, attempts)",
            size.outbox(),
            this::mail);
    rows +=
        table(
            connection,
            "reports (id, tenant_id, kind, content, built_at)",
            size.tenants(),
            this::report);
    rows +=
        table(
            connection,
            "webhooks (id, tenant_id, url, events, active)",
            size.tenants(),
            this::webhook);
    rows +=
        table(
            connection,
            "saved_searches (id, user_id, name, query)",
            size.savedSearches(),
            this::savedSearch);
    return rows;
  }

  /** A row function gets its row number and a random source of its own. */
  @FunctionalInterface
  private interface RowOf {
    @Nullable Object @Nullable [] row(int i, SplittableRandom random);
  }

  private long table(Connection connection, String target, int count, RowOf rowOf)
      throws SQLException {
    String table = target.substring(0, target.indexOf(' '));
    progress.printf("%s: %,d rows%n", table, count);
    SplittableRandom random = new SplittableRandom(seed ^ table.hashCode());
    IntFunction<@Nullable Object @Nullable []> row = i -> rowOf.row(i, random);
    long rows = Copy.rows(connection, target, count, row);
    if (target.contains("(id,")) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            "SELECT setval(pg_get_serial_sequence('%s', 'id'), %d)".formatted(table, count));
      }
    }
    return rows;
  }

  private @Nullable Object[] tenant(int i, SplittableRandom random) {
    return row(
        i + 1,
        Words.company(i),
        i % 5 == 0 ? "enterprise" : "team",
        ago(DAYS + random.nextInt(300), random));
  }

  private @Nullable Object[] user(int i, SplittableRandom random) {
    String salt = Long.toHexString(random.nextLong());
    return row(
        i + 1,
        population.tenantOfUser(i) + 1,
        "user-" + (i + 1) + "@demo.example",
        Words.person(random),
        i % 12 == 0 ? "admin" : "member",
        salt,
        Passwords.hash(salt, Passwords.DEMO),
        Words.pick(ZONE, random),
        ago(random.nextInt(DAYS), random));
  }

  private @Nullable Object[] session(int i, SplittableRandom random) {
    long issued = end - random.nextInt(40 * 86_400);
    return row(
        i + 1,
        random.nextInt(size.users()) + 1,
        at(issued),
        at(issued + 30L * 86_400),
        "Mozilla/5.0 (X11; Linux x86_64)");
  }

  private @Nullable Object[] project(int i, SplittableRandom random) {
    int tenant = population.tenantOfProject(i);
    return row(
        i + 1,
        tenant + 1,
        Words.project(i),
        i >= size.tenants() && random.nextInt(12) == 0,
        population.userOf(tenant, random) + 1,
        ago(random.nextInt(DAYS), random));
  }

  private @Nullable Object @Nullable [] member(int i, SplittableRandom random) {
    int user = i % size.users();
    int round = i / size.users();
    int[] projects = population.projectsOfTenant(population.tenantOfUser(user));
    if (round >= projects.length) {
      return null;
    }
    int project = projects[(user * 7 + round) % projects.length];
    return row(project + 1, user + 1, random.nextInt(8) == 0 ? "lead" : "member");
  }

  private @Nullable Object[] issue(int i, SplittableRandom random) {
    int tenant = population.tenantOfIssue(i);
    long created = created(i, size.issues(), random);
    // Old issues are mostly closed, young ones mostly open.
    boolean closed = random.nextInt(size.issues()) > i / 2 + size.issues() / 5;
    String status = closed ? STATUS[3] : STATUS[random.nextInt(3)];
    long worked = 3_600L * (1 + random.nextInt(24 * 20));
    return row(
        i + 1,
        tenant + 1,
        population.projectOfIssue(i) + 1,
        Words.title(random),
        Words.sentences(random, 2 + random.nextInt(3)),
        status,
        Words.pick(PRIORITY, random),
        population.userOf(tenant, random) + 1,
        random.nextInt(10) == 0 ? null : population.userOf(tenant, random) + 1,
        random.nextInt(3) == 0 ? "EXT-" + (i + 1) : null,
        random.nextInt(2) == 0 ? LocalDate.ofEpochDay(created / 86_400 + random.nextInt(60)) : null,
        at(created),
        at(Math.min(end, created + worked)),
        closed ? at(Math.min(end, created + worked)) : null);
  }

  private @Nullable Object[] comment(int i, SplittableRandom random) {
    int issue = (int) ((long) i * size.issues() / size.comments());
    // Neighbouring rows belong to neighbouring issues, as if written soon after them.
    issue = Math.min(size.issues() - 1, Math.max(0, issue + random.nextInt(200) - 100));
    return row(
        i + 1,
        issue + 1,
        population.userOf(population.tenantOfIssue(issue), random) + 1,
        Words.sentences(random, 1 + random.nextInt(2)),
        at(Math.min(end, created(issue, size.issues(), random) + random.nextInt(5 * 86_400))));
  }

  private @Nullable Object[] label(int i, SplittableRandom random) {
    return row(
        i + 1, i / size.labelsPerTenant() + 1, LABEL[i % LABEL.length], Words.pick(COLOUR, random));
  }

  private @Nullable Object @Nullable [] issueLabel(int i, SplittableRandom random) {
    int issue = i % size.issues();
    int round = i / size.issues();
    if (round >= size.labelsPerTenant()) {
      return null;
    }
    int label =
        population.tenantOfIssue(issue) * size.labelsPerTenant()
            + (issue * 3 + round) % size.labelsPerTenant();
    return row(issue + 1, label + 1);
  }

  private @Nullable Object @Nullable [] watcher(int i, SplittableRandom random) {
    int issue = (int) ((long) i * size.issues() / size.watchers());
    boolean again = i > 0 && issue == (int) ((long) (i - 1) * size.issues() / size.watchers());
    return again
        ? null
        : row(issue + 1, population.userOf(population.tenantOfIssue(issue), random) + 1);
  }

  private @Nullable Object[] attachment(int i, SplittableRandom random) {
    int issue = random.nextInt(size.issues());
    int bytes = 40 + random.nextInt(200);
    StringBuilder content = new StringBuilder("\\x");
    for (int b = 0; b < bytes; b++) {
      content
          .append(Integer.toHexString(random.nextInt(16)))
          .append(Integer.toHexString(random.nextInt(16)));
    }
    return row(
        i + 1,
        issue + 1,
        population.userOf(population.tenantOfIssue(issue), random) + 1,
        "screenshot-" + (i + 1) + ".png",
        "image/png",
        bytes,
        "clean",
        content.toString(),
        at(Math.min(end, created(issue, size.issues(), random) + random.nextInt(86_400))));
  }

  private @Nullable Object[] timeEntry(int i, SplittableRandom random) {
    int issue = random.nextInt(size.issues());
    return row(
        i + 1,
        issue + 1,
        population.userOf(population.tenantOfIssue(issue), random) + 1,
        15 * (1 + random.nextInt(16)),
        LocalDate.ofEpochDay(created(issue, size.issues(), random) / 86_400));
  }

  private @Nullable Object[] notification(int i, SplittableRandom random) {
    int issue = random.nextInt(size.issues());
    long created = created(i, size.notifications(), random);
    boolean read = random.nextInt(10) < 7;
    return row(
        i + 1,
        population.userOf(population.tenantOfIssue(issue), random) + 1,
        issue + 1,
        Words.pick(KIND, random),
        at(created),
        read ? at(Math.min(end, created + random.nextInt(86_400))) : null);
  }

  private @Nullable Object[] auditEvent(int i, SplittableRandom random) {
    int issue = random.nextInt(size.issues());
    int tenant = population.tenantOfIssue(issue);
    String kind = Words.pick(KIND, random);
    return row(
        i + 1,
        tenant + 1,
        population.userOf(tenant, random) + 1,
        issue + 1,
        "issue." + kind,
        "issue " + (issue + 1) + " " + kind,
        at(created(i, size.auditEvents(), random)));
  }

  private @Nullable Object[] mail(int i, SplittableRandom random) {
    long created = created(i, size.outbox(), random);
    return row(
        i + 1,
        "mail",
        "user-" + (random.nextInt(size.users()) + 1) + "@demo.example",
        Words.title(random),
        at(created),
        at(created + 5),
        1);
  }

  private @Nullable Object[] report(int i, SplittableRandom random) {
    return row(i + 1, i + 1, "summary", "{\"open\":" + random.nextInt(100) + "}", ago(1, random));
  }

  private @Nullable Object[] webhook(int i, SplittableRandom random) {
    return row(
        i + 1,
        i + 1,
        "https://hooks.demo.example/" + (i + 1),
        "issue.created",
        random.nextInt(4) > 0);
  }

  private @Nullable Object[] savedSearch(int i, SplittableRandom random) {
    return row(i + 1, random.nextInt(size.users()) + 1, "search " + (i + 1), Words.title(random));
  }

  private static @Nullable Object[] row(@Nullable Object... values) {
    return values;
  }

  /** Ids grow with time: row i of n was made at about the same fraction of the past days. */
  private long created(int i, int n, SplittableRandom random) {
    long span = DAYS * 86_400L;
    return end - span + (long) i * span / n + random.nextInt((int) Math.max(1, span / n));
  }

  private String ago(int days, SplittableRandom random) {
    return at(end - days * 86_400L - random.nextInt(86_400));
  }

  private static String at(long epochSecond) {
    return Instant.ofEpochSecond(epochSecond).toString();
  }
}
