package dev.headroom.advisor.live;

import dev.headroom.advisor.statement.Examples;
import dev.headroom.advisor.statement.Examples.Example;
import dev.headroom.signals.QueryCall;
import dev.headroom.signals.QuerySample;
import dev.headroom.sql.SqlTokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All that was seen of statements and requests, in bounded memory. Not thread-safe. */
public final class Observed {
  /** How long after its end a kept answer may still be given while a new one is fetched. */
  public static final Duration STALE = Duration.ofMinutes(2);

  private static final int STATEMENTS = 2000;
  private static final int VALUE_SETS = 16;
  private static final int TRACES = 4000;

  /** A statement that a request repeats. */
  public record NPlusOne(
      String sql,
      String source,
      String route,
      long requests,
      double executionsPerRequest,
      double millisPerRequest) {}

  /**
   * An endpoint and how much its answers repeat.
   *
   * @param keptShare requests that a cache, per tenant where its users share answers and else per
   *     user, would have had an answer for
   * @param steady how long an answer may be kept: of {@code steadyCompared} answers up to that age,
   *     {@code steadyRight} were still right
   */
  public record Repeating(
      String service,
      String method,
      String route,
      long requests,
      double repeatedShare,
      double changedShare,
      double keptShare,
      double millis,
      boolean sharedByTenant,
      boolean callersKnown,
      Duration steady,
      long steadyRight,
      long steadyCompared) {}

  private static final class Statement {
    final String sql;
    List<String> types = List.of();
    final List<List<Optional<String>>> values = new ArrayList<>();
    long count;

    Statement(String sql) {
      this.sql = sql;
    }
  }

  private static final class Behind {
    long signature;
    long answer;
    boolean writes;
  }

  private final Map<String, Statement> statements = bounded(STATEMENTS);
  private final Map<String, Behind> traces = bounded(TRACES);
  private final Repetitions repetitions = new Repetitions();
  private final Answers answers = new Answers();
  private final Map<String, Double> heldNanos = new TreeMap<>();
  private long first;
  private long last;

  private static <K, V> Map<K, V> bounded(int size) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > size;
      }
    };
  }

  /** One statement. */
  public void add(QuerySample sample) {
    first = first == 0 ? sample.startEpochNanos() : Math.min(first, sample.startEpochNanos());
    last = Math.max(last, sample.startEpochNanos() + sample.durationNanos());
    heldNanos.merge(sample.member(), (double) sample.heldNanos(), Double::sum);
    QueryCall call = sample.call();
    String sql = withoutComments(call.sql());
    if (sql.isEmpty() || !sample.sqlState().isEmpty()) {
      return;
    }
    Statement statement = statements.computeIfAbsent(sql, Statement::new);
    statement.count++;
    List<QueryCall.Parameter> parameters = call.parameters();
    keep(statement, parameters);
    long hash = call.hash();
    String head = sql.substring(0, Math.min(6, sql.length())).toLowerCase(Locale.ROOT);
    boolean reads = head.equals("select") || head.startsWith("with");
    if (sample.trace().isPresent()) {
      String trace = sample.trace().get().traceId().toString();
      Behind behind = traces.computeIfAbsent(trace, _ -> new Behind());
      behind.signature += mixed(sql.hashCode() * 31L + hash);
      behind.answer += mixed(sample.rows() * 1_000_003 + sample.bytes());
      behind.writes |= !reads && !head.startsWith("set");
      if (reads && !parameters.isEmpty()) {
        repetitions.inTrace(trace, sql, hash, (double) sample.durationNanos());
      }
    } else if (reads && !parameters.isEmpty()) {
      repetitions.inSession(
          sample.session(),
          sql,
          hash,
          sample.rows(),
          sample.startEpochNanos(),
          (double) sample.durationNanos());
    }
  }

  /** One request. Its statements were added before: an answer ends after them. */
  public void add(Request request) {
    Behind behind = traces.get(request.traceId());
    String route = request.method() + " " + request.route();
    for (String sql : repetitions.repeatedIn(request.traceId())) {
      repetitions.route(sql, route);
    }
    if (request.status() != 200 || !request.method().equals("GET")) {
      return;
    }
    answers.answered(
        request.service(),
        request.method(),
        request.route(),
        request.path(),
        request.tenant(),
        request.user(),
        behind != null,
        behind != null && behind.writes,
        behind == null ? 0 : behind.signature,
        behind == null ? 0 : behind.answer * 31 + request.bytes(),
        request.epochNanos(),
        request.nanos());
  }

  /**
   * A request that was answered.
   *
   * @param path with its query
   * @param tenant as verified; empty when not known
   * @param user as verified; empty when not known
   * @param bytes of the answer's body
   * @param epochNanos when it was answered
   */
  public record Request(
      String service,
      String method,
      String route,
      String path,
      String traceId,
      String tenant,
      String user,
      int status,
      long bytes,
      long epochNanos,
      double nanos) {}

  private static long mixed(long h) {
    h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
    return h ^ (h >>> 33);
  }

  private static void keep(Statement statement, List<QueryCall.Parameter> parameters) {
    boolean exact = parameters.stream().allMatch(QueryCall.Parameter::exact);
    if (!exact || !statement.sql.contains("$")) {
      return;
    }
    List<Optional<String>> values = parameters.stream().map(QueryCall.Parameter::value).toList();
    if (statement.values.contains(values)) {
      return;
    }
    statement.types = parameters.stream().map(each -> type(each.type())).toList();
    if (statement.values.size() < VALUE_SETS) {
      statement.values.add(values);
    } else {
      // Later ones take the place of earlier ones, by a fixed turn: no randomness, and not only the
      // first moments of a day.
      statement.values.set((int) (statement.count % VALUE_SETS), values);
    }
  }

  /* As the client named it; the user's own types have other numbers in the copy. */
  private static String type(int oid) {
    return switch (oid) {
      case 16 -> "boolean";
      case 20 -> "bigint";
      case 21 -> "smallint";
      case 23 -> "integer";
      case 25 -> "text";
      case 700 -> "real";
      case 701 -> "double precision";
      case 1043 -> "varchar";
      case 1082 -> "date";
      case 1114 -> "timestamp";
      case 1184 -> "timestamptz";
      case 1700 -> "numeric";
      case 2950 -> "uuid";
      default -> "";
    };
  }

  /** The text from its first token to its last, comments between them cut. */
  static String withoutComments(String sql) {
    SqlTokens tokens = SqlTokens.of(sql);
    if (tokens.size() == 0) {
      return "";
    }
    return sql.substring(tokens.start(0), tokens.end(tokens.size() - 1));
  }

  /** Adds the statements that were seen, with their values. */
  public void examples(Examples examples) {
    statements
        .values()
        .forEach(each -> examples.add(new Example(each.sql, each.types, spread(each.values))));
  }

  /* First, last and between, so that they are not all of one moment. */
  private static List<List<Optional<String>>> spread(List<List<Optional<String>>> values) {
    int wanted = 4;
    if (values.size() <= wanted) {
      return List.copyOf(values);
    }
    List<List<Optional<String>>> some = new ArrayList<>();
    for (int i = 0; i < wanted; i++) {
      some.add(values.get(i * (values.size() - 1) / (wanted - 1)));
    }
    return some;
  }

  public List<NPlusOne> repeated() {
    List<NPlusOne> all = new ArrayList<>();
    for (Repetitions.Repeated each : repetitions.found()) {
      String route =
          each.routes.entrySet().stream()
              .max(Map.Entry.comparingByValue())
              .map(Map.Entry::getKey)
              .orElse("");
      all.add(
          new NPlusOne(
              each.sql,
              each.source,
              route,
              each.requests,
              (double) each.executions / Math.max(1, each.requests),
              each.nanos / 1e6 / Math.max(1, each.requests)));
    }
    all.sort(
        Comparator.comparingDouble((NPlusOne n) -> n.millisPerRequest() * n.requests()).reversed());
    return all;
  }

  public List<Repeating> endpoints() {
    List<Repeating> all = new ArrayList<>();
    for (Answers.Endpoint each : answers.endpoints()) {
      long looked = Math.max(1, each.traced);
      Ages.Steady steady = each.ages.steady();
      boolean shared = each.sharedByUsers > 0 && each.differByUser == 0;
      all.add(
          new Repeating(
              each.service,
              each.method,
              each.route,
              each.requests,
              each.writes > 0 ? 0 : (double) each.repeated / looked,
              (double) each.changed / looked,
              (double) (shared ? each.keptForTenant : each.keptForUser)
                  / Math.max(1, each.requests),
              each.nanos / 1e6 / Math.max(1, each.requests),
              shared,
              each.tenants && each.users,
              steady.age(),
              steady.right(),
              steady.compared()));
    }
    return all;
  }

  /** From the first statement to the last. */
  public Duration span() {
    return Duration.ofNanos(Math.max(0, last - first));
  }

  /** Connections of each member that were busy on average: Little's λ × W. */
  public Map<String, Double> busyConnections() {
    Map<String, Double> busy = new TreeMap<>();
    double nanos = Math.max(1, last - first);
    heldNanos.forEach((member, held) -> busy.put(member, held / nanos));
    return busy;
  }
}
