package dev.headroom.demo.api;

import dev.headroom.demo.db.Row;
import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.http.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A project as CSV. */
final class Exports {
  private static final String COLUMNS =
      "SELECT id, title, status, priority, created_at FROM issues WHERE project_id = ?";
  private static final String BY_OFFSET = COLUMNS + " ORDER BY id LIMIT 10 OFFSET ?";
  private static final String BY_KEY = COLUMNS + " AND id > ? ORDER BY id LIMIT 250";
  private static final String COMMENTS_OF_ONE =
      "SELECT count(*) AS comments FROM comments WHERE issue_id = ?";
  private static final String COMMENTS_OF_ALL =
      "SELECT issue_id, count(*) AS comments FROM comments WHERE issue_id = ANY (?)"
          + " GROUP BY issue_id";
  private static final int MOST_ISSUES = 2_000;
  private static final int MOST_COUNTED_ONE_BY_ONE = 60;

  private final Faults faults;

  Exports(Faults faults) {
    this.faults = faults;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", "/api/exports/{projectId}", this::export)
            .waits(Waits.READ)
            .slowBy(Fault.SLOW_EXPORT));
  }

  private Reply export(Call call) {
    long project = call.id("projectId");
    Projects.visible(call, project);
    List<Row> issues =
        faults.on(Fault.REWRITE_OFFSET) ? byOffset(call, project) : byKey(call, project);
    Map<Long, Long> comments = comments(call, issues);
    StringBuilder csv = new StringBuilder("id,title,status,priority,created,comments\r\n");
    for (Row issue : issues) {
      csv.append(issue.number("id"))
          .append(",\"")
          .append(issue.text("title").replace("\"", "\"\""))
          .append("\",")
          .append(issue.text("status"))
          .append(',')
          .append(issue.text("priority"))
          .append(',')
          .append(issue.text("created_at"))
          .append(',')
          .append(comments.getOrDefault(issue.number("id"), 0L))
          .append("\r\n");
    }
    return Reply.of(200, "text/csv; charset=utf-8", csv.toString().getBytes(StandardCharsets.UTF_8))
        .with("Content-Disposition", "attachment; filename=\"project-" + project + ".csv\"");
  }

  private static List<Row> byOffset(Call call, long project) {
    List<Row> all = new ArrayList<>();
    List<Row> page;
    do {
      page = call.session().rows(BY_OFFSET, project, all.size());
      all.addAll(page);
    } while (page.size() == 10 && all.size() < MOST_ISSUES);
    return all;
  }

  private static List<Row> byKey(Call call, long project) {
    List<Row> all = new ArrayList<>();
    List<Row> page;
    do {
      long last = all.isEmpty() ? 0 : all.getLast().number("id");
      page = call.session().rows(BY_KEY, project, last);
      all.addAll(page);
    } while (page.size() == 250 && all.size() < MOST_ISSUES);
    return all;
  }

  private Map<Long, Long> comments(Call call, List<Row> issues) {
    Map<Long, Long> counts = new HashMap<>();
    List<Row> rest = issues;
    if (faults.on(Fault.N1_EXPORT)) {
      // The fault is bounded, so that one export cannot take the whole database.
      int one = Math.min(issues.size(), MOST_COUNTED_ONE_BY_ONE);
      for (Row issue : issues.subList(0, one)) {
        long id = issue.number("id");
        counts.put(id, call.session().number(COMMENTS_OF_ONE, id));
      }
      rest = issues.subList(one, issues.size());
    }
    if (!rest.isEmpty()) {
      Long[] ids = rest.stream().map(issue -> issue.number("id")).toArray(Long[]::new);
      for (Row row : call.session().rows(COMMENTS_OF_ALL, (Object) ids)) {
        counts.put(row.number("issue_id"), row.number("comments"));
      }
    }
    return counts;
  }
}
