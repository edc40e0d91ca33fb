package dev.headroom.advisor.live;

import dev.headroom.advisor.statement.Examples;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code pg_stat_activity} showed while it was looked at now and then: texts as they were
 * sent, what sessions waited for, and who blocked whom. Not thread-safe.
 */
public final class Activity {
  private static final String SESSIONS =
      """
      SELECT pid, query_id, query, state, wait_event_type, wait_event,
             extract(epoch FROM clock_timestamp() - xact_start) * 1000,
             pg_blocking_pids(pid)::text, application_name
      FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        AND application_name <> 'headroom advise' AND query <> ''
      """;

  /** One session that holds back others, as it was when most waited. */
  public record Blocker(
      int pid, String query, String state, Duration inTransaction, List<String> blocked) {
    public Blocker {
      blocked = List.copyOf(blocked);
    }
  }

  private record Session(
      int pid, String query, String state, double millis, List<Integer> blockers) {}

  private final Map<String, Integer> waits = new TreeMap<>();
  private final Map<String, Blocker> blockers = new LinkedHashMap<>();
  private final Map<Long, String> texts = new LinkedHashMap<>();
  private int looks;

  /** Looks for so long, ten times a second. */
  public void watch(List<Connection> servers, Duration bound)
      throws SQLException, InterruptedException {
    long end = System.nanoTime() + bound.toNanos();
    do {
      for (Connection server : servers) {
        look(server);
      }
      Thread.sleep(100);
    } while (System.nanoTime() < end);
  }

  /** Looks once. */
  public void look(Connection server) throws SQLException {
    Map<Integer, Session> sessions = new LinkedHashMap<>();
    try (Statement statement = server.createStatement();
        ResultSet row = statement.executeQuery(SESSIONS)) {
      while (row.next()) {
        String state = Optional.ofNullable(row.getString(4)).orElse("");
        String query = row.getString(3);
        long id = row.getLong(2);
        if (id != 0 && query.length() < 4000) {
          texts.putIfAbsent(id, query);
        }
        String kind = Optional.ofNullable(row.getString(5)).orElse("CPU");
        if (state.equals("active")) {
          String wait = kind.equals("CPU") ? "CPU" : kind + ": " + row.getString(6);
          waits.merge(wait, 1, Integer::sum);
        }
        sessions.put(
            row.getInt(1),
            new Session(row.getInt(1), query, state, row.getDouble(7), pids(row.getString(8))));
      }
    }
    looks++;
    blocking(sessions);
  }

  private static List<Integer> pids(String array) {
    List<Integer> pids = new ArrayList<>();
    for (String pid : array.replaceAll("[{}]", "").split(",")) {
      if (!pid.isEmpty()) {
        pids.add(Integer.parseInt(pid));
      }
    }
    return pids;
  }

  /* The roots of the tree: those who hold others back and wait for nobody themselves. */
  private void blocking(Map<Integer, Session> sessions) {
    Map<Integer, List<String>> blocked = new LinkedHashMap<>();
    for (Session waiting : sessions.values()) {
      for (int root : roots(waiting, sessions, 0)) {
        blocked
            .computeIfAbsent(root, _ -> new ArrayList<>())
            .add(waiting.query().replaceAll("\\s+", " "));
      }
    }
    blocked.forEach(
        (pid, queries) -> {
          Session root = sessions.get(pid);
          if (root != null) {
            Blocker seen =
                new Blocker(
                    pid,
                    root.query(),
                    root.state(),
                    Duration.ofMillis((long) root.millis()),
                    queries);
            blockers.merge(
                root.query(), seen, (a, b) -> a.blocked().size() >= b.blocked().size() ? a : b);
          }
        });
  }

  private static List<Integer> roots(Session waiting, Map<Integer, Session> sessions, int depth) {
    List<Integer> roots = new ArrayList<>();
    for (int pid : waiting.blockers()) {
      Session blocker = sessions.get(pid);
      if (blocker == null || blocker.blockers().isEmpty() || depth > 10) {
        roots.add(pid);
      } else {
        roots.addAll(roots(blocker, sessions, depth + 1));
      }
    }
    return roots;
  }

  public List<Blocker> blockers() {
    return List.copyOf(blockers.values());
  }

  /** How many active sessions waited for what, on average. */
  public Map<String, Double> waits() {
    Map<String, Double> mean = new TreeMap<>();
    waits.forEach((wait, count) -> mean.put(wait, (double) count / Math.max(1, looks)));
    return mean;
  }

  /** Adds the texts that were seen. */
  public void examples(Examples examples) {
    texts.forEach((id, text) -> examples.add(id, new Examples.Example(text, List.of(), List.of())));
  }
}
