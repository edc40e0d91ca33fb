package dev.headroom.demo.api;

import dev.headroom.demo.db.Row;
import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.http.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Search over a tenant's issues. */
final class Search {
  private static final String FULL_TEXT =
      "SELECT id, title, status FROM issues WHERE tenant_id = ?"
          + " AND to_tsvector('english', title || ' ' || body) @@ plainto_tsquery('english', ?)"
          + " ORDER BY id DESC LIMIT ?";
  private static final String WILDCARD =
      "SELECT id, title, status FROM issues WHERE tenant_id = ?"
          + " AND title || ' ' || body ILIKE ? ORDER BY id DESC LIMIT ?";
  private static final String LABELS_OF_ALL =
      "SELECT il.issue_id AS \"issueId\", l.name FROM issue_labels il JOIN labels l"
          + " ON l.id = il.label_id WHERE il.issue_id = ANY (?)";
  private static final String LABELS_OF_ONE =
      "SELECT l.name FROM issue_labels il JOIN labels l ON l.id = il.label_id"
          + " WHERE il.issue_id = ?";
  private static final String SAVED =
      "SELECT id, name, query FROM saved_searches WHERE user_id = ? ORDER BY id";

  private final Faults faults;

  Search(Faults faults) {
    this.faults = faults;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", "/api/search", this::search)
            .waits(Waits.READ)
            .slowBy(Fault.SLOW_SEARCH));
  }

  private Reply search(Call call) {
    String query = call.request().query("q").orElse("").strip();
    int limit = call.limit(15);
    List<Row> hits =
        faults.on(Fault.SEARCH_WILDCARD)
            ? call.session().rows(WILDCARD, call.tenant(), "%" + query + "%", limit)
            : call.session().rows(FULL_TEXT, call.tenant(), query, limit);
    Map<Long, List<String>> labels = labels(call, hits);
    List<Map<String, Object>> items = new ArrayList<>();
    for (Row hit : hits) {
      items.add(
          Accounts.with(hit, Map.of("labels", labels.getOrDefault(hit.number("id"), List.of()))));
    }
    return Call.ok(Map.of("items", items, "saved", call.session().rows(SAVED, call.user())));
  }

  private Map<Long, List<String>> labels(Call call, List<Row> hits) {
    Map<Long, List<String>> labels = new HashMap<>();
    if (faults.on(Fault.N1_SEARCH)) {
      for (Row hit : hits) {
        long id = hit.number("id");
        List<Row> rows = call.session().rows(LABELS_OF_ONE, id);
        labels.put(id, rows.stream().map(row -> row.text("name")).toList());
      }
    } else {
      Long[] ids = hits.stream().map(hit -> hit.number("id")).toArray(Long[]::new);
      for (Row row : call.session().rows(LABELS_OF_ALL, (Object) ids)) {
        labels
            .computeIfAbsent(row.number("issueId"), id -> new ArrayList<>())
            .add(row.text("name"));
      }
    }
    return labels;
  }
}
