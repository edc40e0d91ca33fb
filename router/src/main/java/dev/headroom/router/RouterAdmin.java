package dev.headroom.router;

import dev.headroom.base.UserError;
import dev.headroom.router.pool.PoolName;
import dev.headroom.router.pool.ServerFigures;
import dev.headroom.router.session.AdminDatabase;
import dev.headroom.router.session.ClientFigures;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The commands of the admin database, as {@code psql} users know them from PgBouncer. */
final class RouterAdmin implements AdminDatabase {
  private static final Duration PAUSE_BOUND = Duration.ofSeconds(60);
  private static final int MAX_QUERIES = 200;
  private static final String COMMANDS =
      "SHOW POOLS | SERVERS | CLIENTS | QUERIES | SLOW | STATS | MEMBERS | BYPASS | VERSION | HELP,"
          + " PAUSE, RESUME, RELOAD, RECONNECT, DRAIN [seconds]";

  /** What the commands act on. */
  interface Target {
    List<PoolFigures> pools();

    /** Why a pool is as large as it is. */
    String sizing(PoolName pool);

    List<ServerFigures> servers();

    List<ClientFigures> clients();

    List<QueryStats.Row> queries();

    List<MemberFigures> members();

    /** True when within {@code atMost} nobody uses a connection any more. */
    boolean pause(Duration atMost) throws InterruptedException;

    void resume();

    void reload();

    void reconnect();

    void drain(Duration atMost);
  }

  private final Target target;
  private final SlowStatements slow;

  RouterAdmin(Target target, SlowStatements slow) {
    this.target = target;
    this.slow = slow;
  }

  @Override
  public Answer run(String command) throws Refused, InterruptedException {
    String[] words = command.toLowerCase(Locale.ROOT).split("\\s+");
    String first = words[0];
    String second = words.length > 1 ? words[1] : "";
    return switch (first) {
      case "show" -> new Answer(Optional.of(show(second)), "SHOW");
      case "pause" -> pause();
      case "resume" -> done("RESUME", target::resume);
      case "reload" -> reload();
      case "reconnect" -> done("RECONNECT", target::reconnect);
      case "drain" -> drain(second);
      case "set", "begin", "commit" -> new Answer(Optional.empty(), first.toUpperCase(Locale.ROOT));
      default ->
          throw new Refused("unknown command: " + first + " (expected: " + COMMANDS + ")", "");
    };
  }

  private Answer reload() throws Refused {
    try {
      target.reload();
    } catch (UserError e) {
      throw new Refused(String.valueOf(e.getMessage()), "What was in force stays in force.");
    }
    return new Answer(Optional.empty(), "RELOAD");
  }

  private Answer pause() throws Refused, InterruptedException {
    if (!target.pause(PAUSE_BOUND)) {
      throw new Refused(
          "paused, but transactions that were open "
              + PAUSE_BOUND.toSeconds()
              + " s ago still are (expected: all to end)",
          "SHOW CLIENTS tells whose they are; RESUME ends the pause.");
    }
    return new Answer(Optional.empty(), "PAUSE");
  }

  private Answer drain(String seconds) throws Refused {
    long bound;
    try {
      bound = seconds.isEmpty() ? 60 : Long.parseLong(seconds);
    } catch (NumberFormatException e) {
      throw new Refused("DRAIN " + seconds + " (expected: a number of seconds)", "");
    }
    target.drain(Duration.ofSeconds(bound));
    return new Answer(Optional.empty(), "DRAIN");
  }

  private static Answer done(String tag, Runnable action) {
    action.run();
    return new Answer(Optional.empty(), tag);
  }

  private Table show(String what) throws Refused {
    return switch (what) {
      case "pools" -> pools();
      case "servers" -> servers();
      case "clients" -> clients();
      case "queries" -> queries();
      case "slow" -> slow();
      case "stats" -> stats();
      case "bypass" -> bypass();
      case "members", "databases" -> members();
      case "version" -> table(List.of("version"), List.of(List.of("Headroom router")));
      case "help" ->
          table(List.of("commands"), List.of(COMMANDS.split(", ")).stream().map(List::of).toList());
      default ->
          throw new Refused(
              "SHOW "
                  + what
                  + " (expected: POOLS, SERVERS, CLIENTS, QUERIES, SLOW, STATS, MEMBERS or BYPASS)",
              "");
    };
  }

  private Table pools() {
    return table(
        List.of(
            "member",
            "database",
            "user",
            "role",
            "limit",
            "active",
            "idle",
            "opening",
            "waiting",
            "longest_wait_ms",
            "granted",
            "queued",
            "queue_ms",
            "held_ms",
            "sizing",
            "last_error"),
        target.pools().stream()
            .map(
                pool ->
                    row(
                        pool.member(),
                        pool.name().login().database(),
                        pool.name().login().user(),
                        pool.role(),
                        pool.limit(),
                        pool.active(),
                        pool.idle(),
                        pool.opening(),
                        pool.waiting(),
                        pool.longestWait().toMillis(),
                        pool.granted(),
                        pool.queued(),
                        pool.queueTime().toMillis(),
                        pool.heldTime().toMillis(),
                        target.sizing(pool.name()),
                        pool.lastError()))
            .toList());
  }

  private Table servers() {
    return table(
        List.of("member", "database", "user", "state", "pid", "state_ms", "prepared", "tls"),
        target.servers().stream()
            .map(
                server ->
                    row(
                        server.pool().member(),
                        server.pool().login().database(),
                        server.pool().login().user(),
                        server.state(),
                        server.pid(),
                        server.stateMillis(),
                        server.prepared(),
                        server.encrypted() ? "yes" : "no"))
            .toList());
  }

  private Table clients() {
    return table(
        List.of(
            "pid",
            "database",
            "user",
            "address",
            "state",
            "member",
            "server_pid",
            "pinned",
            "transactions"),
        target.clients().stream()
            .map(
                client ->
                    row(
                        client.processId(),
                        client.database(),
                        client.user(),
                        client.address(),
                        client.state(),
                        client.member(),
                        client.serverPid(),
                        client.pinned() ? "yes" : "no",
                        client.transactions()))
            .toList());
  }

  private Table queries() {
    return table(
        List.of(
            "query",
            "calls",
            "replica_calls",
            "errors",
            "total_ms",
            "mean_ms",
            "max_ms",
            "queue_ms",
            "held_ms",
            "rows",
            "text"),
        target.queries().stream()
            .sorted(Comparator.comparingLong(QueryStats.Row::durationNanos).reversed())
            .limit(MAX_QUERIES)
            .map(
                query ->
                    row(
                        query.id(),
                        query.calls(),
                        query.replicaCalls(),
                        query.errors(),
                        millis(query.durationNanos()),
                        millis(query.durationNanos() / Math.max(1, query.calls())),
                        millis(query.maxNanos()),
                        millis(query.queueNanos()),
                        millis(query.heldNanos()),
                        query.rows(),
                        query.text()))
            .toList());
  }

  private Table slow() {
    return table(
        List.of(
            "started",
            "query",
            "ms",
            "queue_ms",
            "member",
            "role",
            "reason",
            "rows",
            "sqlstate",
            "trace",
            "values",
            "text"),
        slow.list().stream()
            .map(
                each ->
                    row(
                        Instant.ofEpochSecond(0, each.startedEpochNanos()),
                        each.id(),
                        millis(each.nanos()),
                        millis(each.queueNanos()),
                        each.member(),
                        each.role(),
                        each.reason(),
                        each.rows(),
                        each.sqlState(),
                        each.trace(),
                        each.values(),
                        each.text()))
            .toList());
  }

  /* The servers' own addresses as the router reaches them: to be read, not to be followed. */
  private Table bypass() {
    return table(
        List.of("step", "what"),
        List.of(
            row(
                1,
                target.members().stream()
                    .filter(member -> member.role().equals("primary"))
                    .filter(member -> member.state().equals("up"))
                    .map(
                        member ->
                            "in DATABASE_URL, replace the router's host and port by "
                                + member.address()
                                + " (the present primary), and restart the application's processes"
                                + " one by one")
                    .findFirst()
                    .orElse("there is no primary to go to now; see SHOW MEMBERS")),
            row(2, "DRAIN 600: takes no new clients, and waits for those it has to leave"),
            row(3, "stop the router")));
  }

  private Table stats() {
    List<QueryStats.Row> queries = target.queries();
    long calls = queries.stream().mapToLong(QueryStats.Row::calls).sum();
    long onReplicas = queries.stream().mapToLong(QueryStats.Row::replicaCalls).sum();
    return table(
        List.of(
            "total_query_count",
            "replica_query_count",
            "error_count",
            "total_query_ms",
            "avg_query_ms",
            "total_wait_ms",
            "held_ms",
            "total_sent",
            "total_rows",
            "clients"),
        List.of(
            row(
                calls,
                onReplicas,
                queries.stream().mapToLong(QueryStats.Row::errors).sum(),
                millis(sum(queries, QueryStats.Row::durationNanos)),
                millis(sum(queries, QueryStats.Row::durationNanos) / Math.max(1, calls)),
                millis(sum(queries, QueryStats.Row::queueNanos)),
                millis(sum(queries, QueryStats.Row::heldNanos)),
                sum(queries, QueryStats.Row::bytes),
                sum(queries, QueryStats.Row::rows),
                target.clients().size())));
  }

  private static long sum(
      List<QueryStats.Row> rows, java.util.function.ToLongFunction<QueryStats.Row> of) {
    return rows.stream().mapToLong(of).sum();
  }

  private Table members() {
    return table(
        List.of("member", "address", "role", "state", "timeline", "lag_bytes"),
        target.members().stream()
            .map(
                member ->
                    row(
                        member.name(),
                        member.address(),
                        member.role(),
                        member.state(),
                        member.timeline(),
                        member.lagBytes()))
            .toList());
  }

  private static String millis(long nanos) {
    return "%.3f".formatted(nanos / 1e6);
  }

  private static List<String> row(Object... values) {
    List<String> row = new ArrayList<>(values.length);
    for (Object value : values) {
      row.add(String.valueOf(value));
    }
    return row;
  }

  private static Table table(List<String> columns, List<List<String>> rows) {
    return new Table(
        columns, rows.stream().map(row -> row.stream().map(Optional::of).toList()).toList());
  }
}
