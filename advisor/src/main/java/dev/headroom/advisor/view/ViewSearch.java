package dev.headroom.advisor.view;

import dev.headroom.advisor.Measurement;
import dev.headroom.advisor.scratch.Trial;
import dev.headroom.advisor.statement.FromClause;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Snippets;
import dev.headroom.advisor.statement.Subject;
import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Finds grouped statements that a materialised view would answer.
 *
 * <p>Conditions of the form {@code column = $n} are lifted out: the view holds the groups of all
 * values, and the column becomes one of its keys (the greedy benefit of Harinarayan, Rajaraman and
 * Ullman, SIGMOD 1996, for a lattice of one node per statement). The view is built on the scratch
 * copy, its rows are compared with the statement's for each set of values, and what it saves is
 * held against what keeping it fresh costs. PostgreSQL never uses a view by itself: the application
 * has to read it.
 */
public final class ViewSearch {
  private static final double LEAST_MILLIS = 0.5;
  private static final double CLEARLY_LESS = 0.5;
  private static final double REFRESH_SHARE = 0.1;
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int MAX_NAME = 60;

  private final Trial trial;
  private final Consumer<String> progress;

  public ViewSearch(Trial trial, Consumer<String> progress) {
    this.trial = trial;
    this.progress = progress;
  }

  /** Empty when the statement has another form, or a view would not pay. */
  public Optional<ProvenView> find(Subject subject) {
    Optional<Select> select = Select.parse(subject.sql());
    if (select.isEmpty() || select.get().groupBy().isEmpty()) {
      return Optional.empty();
    }
    try {
      List<String> labels =
          trial.columns(subject).stream()
              .map(each -> each.substring(0, each.lastIndexOf(' ')))
              .toList();
      Optional<Form> form = form(select.get(), labels);
      if (form.isEmpty()) {
        return Optional.empty();
      }
      progress.accept("materialised view for " + subject.normalised());
      return trial.undone(() -> prove(subject, form.get()));
    } catch (SQLException e) {
      // It cannot be built, or not within the time that a statement may take here: no proposal.
      return Optional.empty();
    }
  }

  /**
   * The statement as a view and the reading of it.
   *
   * @param keys columns of the view that identify a row
   */
  private record Form(
      String name, String view, String read, String comparable, List<String> keys) {}

  private static Optional<Form> form(Select select, List<String> labels) {
    Optional<FromClause> from = FromClause.parse(select.from());
    boolean plain =
        from.isPresent()
            && !select.distinct()
            && select.offset().isEmpty()
            && select.having().isEmpty()
            && select.locking().isEmpty()
            && labels.stream().distinct().count() == labels.size()
            && !labels.contains("?column?")
            && select.items().stream().noneMatch(Snippets::hasParameter)
            && !Snippets.hasParameter(select.from())
            && !Snippets.hasParameter(select.groupBy())
            && isPlainOrder(select.orderBy());
    if (!plain) {
      return Optional.empty();
    }
    List<String> rest = new ArrayList<>();
    Set<String> lifted = new LinkedHashSet<>();
    List<String> items = new ArrayList<>(select.items());
    List<String> conditions = new ArrayList<>();
    for (String condition : select.where()) {
      if (!Snippets.hasParameter(condition)) {
        rest.add(condition);
        continue;
      }
      SqlTokens tokens = SqlTokens.of(condition);
      int last = tokens.size() - 1;
      boolean equality =
          last >= 2
              && tokens.kind(last) == TokenKind.PARAMETER
              && tokens.text(last - 1).equals("=");
      String column = equality ? Snippets.text(tokens, 0, last - 1) : "";
      if (!equality || !column.matches("(\\w+\\.)?\\w+")) {
        return Optional.empty();
      }
      String bare = column.substring(column.lastIndexOf('.') + 1);
      String key = labels.contains(bare) ? bare + "_key" : bare;
      if (lifted.add(column)) {
        items.add(column + " AS " + key);
      }
      conditions.add(key + " = " + tokens.text(last));
    }
    if (lifted.isEmpty()) {
      return Optional.empty();
    }
    List<String> keys = new ArrayList<>();
    for (int i = labels.size(); i < items.size(); i++) {
      keys.add(items.get(i).substring(items.get(i).lastIndexOf(' ') + 1));
    }
    for (int i = 0; i < labels.size(); i++) {
      if (!isAggregate(select.items().get(i))) {
        keys.add(quoted(labels.get(i)));
      }
    }
    String name = name(from.get(), keys);
    Select view =
        select
            .unlimited()
            .withItems(items)
            .withWhere(rest)
            .withGroupBy(select.groupBy() + ", " + String.join(", ", lifted));
    String read =
        "SELECT %s FROM %s WHERE %s"
            .formatted(
                String.join(", ", labels.stream().map(ViewSearch::quoted).toList()),
                name,
                String.join(" AND ", conditions));
    String whole =
        read
            + (select.orderBy().isEmpty() ? "" : " ORDER BY " + select.orderBy())
            + (select.limit().isEmpty() ? "" : " LIMIT " + select.limit());
    return Optional.of(new Form(name, view.toSql(), whole, read, keys));
  }

  /* Names of the result's columns, or their numbers. */
  private static boolean isPlainOrder(String orderBy) {
    return orderBy.isEmpty()
        || Snippets.atCommas(orderBy).stream()
            .allMatch(
                key ->
                    key.trim().matches("(?i)(\\w+|\"[^\"]+\")( asc| desc)?( nulls (first|last))?"));
  }

  private static boolean isAggregate(String item) {
    SqlTokens tokens = SqlTokens.of(item);
    for (int i = 0; i + 1 < tokens.size(); i++) {
      boolean aggregate =
          tokens.isName(i)
              && Set.of(
                      "count",
                      "sum",
                      "avg",
                      "min",
                      "max",
                      "array_agg",
                      "string_agg",
                      "bool_or",
                      "bool_and")
                  .contains(tokens.name(i))
              && tokens.isPunctuation(i + 1, '(');
      if (aggregate) {
        return true;
      }
    }
    return false;
  }

  private static String name(FromClause from, List<String> keys) {
    String relation = from.items().getFirst().relation();
    String words =
        relation.substring(relation.lastIndexOf('.') + 1)
            + "_by_"
            + String.join("_", keys).replace("\"", "");
    String name = words.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "_") + "_mv";
    return name.length() <= MAX_NAME
        ? name
        : name.substring(0, MAX_NAME - 12) + "_" + Integer.toHexString(words.hashCode()) + "_mv";
  }

  private static String quoted(String label) {
    return label.matches("[a-z_][a-z0-9_]*") ? label : "\"" + label.replace("\"", "\"\"") + "\"";
  }

  private Optional<ProvenView> prove(Subject subject, Form form) throws SQLException {
    Measurement before = trial.measure(subject);
    if (before.millis() < LEAST_MILLIS) {
      return Optional.empty();
    }
    String create = "CREATE MATERIALIZED VIEW " + form.name() + " AS " + form.view();
    trial.execute(create);
    Optional<String> unique = uniqueIndex(form);
    String index =
        unique.orElse(
            "CREATE INDEX %s_key ON %s (%s)"
                .formatted(form.name(), form.name(), form.keys().getFirst()));
    if (unique.isEmpty()) {
      trial.execute(index);
    }
    trial.execute("ANALYZE " + form.name());
    Subject read = subject.rewritten(form.read());
    Subject original =
        subject.rewritten(Select.parse(subject.sql()).orElseThrow().unlimited().toSql());
    if (!trial.columns(subject).equals(trial.columns(read))
        || !trial.sameRows(original, subject.rewritten(form.comparable()))) {
      return Optional.empty();
    }
    Measurement after = trial.measure(read);
    if (after.millis() > CLEARLY_LESS * before.millis()) {
      return Optional.empty();
    }
    String refresh =
        "REFRESH MATERIALIZED VIEW " + (unique.isPresent() ? "CONCURRENTLY " : "") + form.name();
    long start = System.nanoTime();
    trial.execute(refresh);
    double refreshMillis = (System.nanoTime() - start) / 1e6;
    double savedPerHour =
        (1 - after.millis() / before.millis()) * subject.millisPerCall() * subject.callsPerHour();
    if (savedPerHour <= 0) {
      return Optional.empty();
    }
    double refreshesPerHour = REFRESH_SHARE * savedPerHour / refreshMillis;
    Duration interval = Duration.ofSeconds((long) Math.ceil(3600 / refreshesPerHour));
    if (interval.compareTo(LONGEST) > 0) {
      return Optional.empty();
    }
    return Optional.of(
        new ProvenView(
            subject,
            form.name(),
            List.of(create, index),
            form.read(),
            refresh,
            before,
            after,
            refreshMillis,
            interval.compareTo(SHORTEST) < 0 ? SHORTEST : interval));
  }

  private Optional<String> uniqueIndex(Form form) throws SQLException {
    String sql =
        "CREATE UNIQUE INDEX %s_key ON %s (%s)"
            .formatted(form.name(), form.name(), String.join(", ", form.keys()));
    trial.execute("SAVEPOINT unique_key");
    try {
      trial.execute(sql);
      return Optional.of(sql);
    } catch (SQLException e) {
      // Two rows of the same key: the groups are not named by what is selected.
      trial.execute("ROLLBACK TO unique_key");
      return Optional.empty();
    }
  }
}
