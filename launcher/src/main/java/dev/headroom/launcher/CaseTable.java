package dev.headroom.launcher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The case's claims beside what the two phases measured. */
record CaseTable(List<Row> rows) {

  CaseTable {
    rows = List.copyOf(rows);
  }

  /**
   * One claim.
   *
   * @param claim what the case says, before → after
   * @param met whether the goal is met; empty when there is none
   * @param how what was measured, and what of it is simulated
   */
  record Row(
      String what, String claim, String before, String after, Optional<Boolean> met, String how) {

    String verdict() {
      return met.map(yes -> yes ? "met" : "missed").orElse("");
    }
  }

  static CaseTable of(CaseFigures before, CaseFigures after) {
    List<Row> rows = new ArrayList<>();
    rows.add(
        new Row(
            "API time, mean",
            "450 → 195 ms",
            millis(before.apiMeanMs()),
            millis(after.apiMeanMs()),
            Optional.of(after.apiMeanMs() <= before.apiMeanMs() / 2),
            "all /api/** requests at the gateway, head read to last byte written; goal: halved"));
    rows.add(
        new Row(
            "API time, P95 at the peak",
            "under 250 ms",
            millis(before.apiP95Ms()),
            millis(after.apiP95Ms()),
            Optional.of(after.apiP95Ms() < 250),
            "the same requests, sketch with 0.54 % relative error"));
    rows.add(
        new Row(
            "query time, mean",
            "320 → 95 ms",
            millis(before.queryMeanMs()),
            millis(after.queryMeanMs()),
            Optional.of(after.queryMeanMs() <= before.queryMeanMs() * 95 / 320),
            "all statements at the router, sent to answered; goal: the claim's ratio"));
    rows.add(
        new Row(
            "load of the primary database",
            "−70 %",
            cores(before.primaryCores()),
            cores(after.primaryCores()) + change(before.primaryCores(), after.primaryCores()),
            Optional.of(after.primaryCores() <= before.primaryCores() * 0.3),
            "processor time of all its processes per second"));
    rows.add(
        new Row(
            "statements that the primary executes",
            "",
            percent(before.primaryShare()),
            percent(after.primaryShare()),
            Optional.empty(),
            "share of all statements at the router"));
    rows.add(
        new Row(
            "cache hits",
            "68 → 91 %",
            percent(before.redisHits()),
            percent(after.gatewayHits()),
            Optional.of(after.gatewayHits() >= 0.91),
            "before: the application's own look-ups in Redis; after: cacheable endpoints at the"
                + " gateway; static assets, stale answers and waiting for another's fill"
                + " included"));
    rows.add(
        new Row(
            "hits of the application in Redis",
            "",
            percent(before.redisHits()),
            percent(after.redisHits()),
            Optional.empty(),
            "look-ups of all servers; what the gateway answers does not come here any more"));
    rows.add(
        new Row(
            "pods",
            "8 to 24",
            before.replicas().toString(),
            after.replicas().toString(),
            Optional.of(after.replicas().least() >= 8 && after.replicas().most() <= 24),
            "ready replicas of the API: real processes"));
    rows.add(
        new Row(
            "nodes",
            "6 to 18",
            before.nodes().toString(),
            after.nodes().toString(),
            Optional.of(after.nodes().least() >= 6 && after.nodes().most() <= 18),
            "simulated, of real instance types"));
    rows.add(
        new Row(
            "cost",
            "−55 %",
            dollars(after.fleetCost()),
            dollars(after.nodesCost()) + change(after.fleetCost(), after.nodesCost()),
            Optional.of(after.nodesCost() <= after.fleetCost() * 0.45),
            "simulated nodes at list prices, spot prices modelled; before: a fleet of fixed size"
                + " for the most replicas"));
    rows.add(
        new Row(
            "requests that failed",
            "outages at peak → none",
            percent(before.errors()),
            percent(after.errors()),
            Optional.of(after.errors() < 0.001),
            "5xx and no answer within 10 s, as the traffic saw it, warm-up included"));
    rows.add(
        new Row(
            "wait for a database connection, P99",
            "time-outs → none",
            millis(before.waitP99Ms()),
            millis(after.waitP99Ms()),
            Optional.of(after.waitP99Ms() < 100),
            "at the router; goal: under 100 ms"));
    rows.add(
        new Row(
            "processor, everything together",
            "",
            cores(before.allCores()),
            cores(after.allCores()),
            Optional.empty(),
            "application, databases, Headroom and traffic, by process; on %d cores"
                .formatted(Runtime.getRuntime().availableProcessors())));
    return new CaseTable(rows);
  }

  /** For a terminal. */
  String text() {
    StringBuilder text = new StringBuilder();
    String format = "%-38s %-24s %12s %20s  %-6s%n";
    text.append(format.formatted("", "the case", "before", "after", ""));
    for (Row row : rows) {
      text.append(
          format.formatted(row.what(), row.claim(), row.before(), row.after(), row.verdict()));
    }
    return text.toString();
  }

  /** A table for a page of documentation. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("| | the case | before | after | goal | how it was measured |\n");
    text.append("|---|---|---|---|---|---|\n");
    for (Row row : rows) {
      text.append(
          "| %s | %s | %s | %s | %s | %s |\n"
              .formatted(
                  row.what(), row.claim(), row.before(), row.after(), row.verdict(), row.how()));
    }
    return text.toString();
  }

  /** A page that needs nothing else. */
  String html(String title, List<String> notes) {
    StringBuilder body = new StringBuilder();
    for (Row row : rows) {
      body.append(
          "<tr><th scope=row>%s<td>%s<td class=n>%s<td class=n>%s<td class=%s>%s<td class=how>%s\n"
              .formatted(
                  escaped(row.what()),
                  escaped(row.claim()),
                  escaped(row.before()),
                  escaped(row.after()),
                  row.verdict().isEmpty() ? "none" : row.verdict(),
                  row.verdict(),
                  escaped(row.how())));
    }
    StringBuilder list = new StringBuilder();
    notes.forEach(note -> list.append("<li>").append(escaped(note)).append('\n'));
    return """
    <!doctype html>
    <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>%1$s</title>
    <style>
    :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
    body { max-width: 70rem; margin: 3rem auto; padding: 0 1rem }
    table { border-collapse: collapse; width: 100%% }
    th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; \
    border-bottom: 1px solid #8884 }
    .n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
    .how { opacity: .75; font-size: .85em }
    .met { color: #0a7d4f; font-weight: 600 } .missed { color: #b3541e; font-weight: 600 }
    </style>
    <h1>%1$s</h1>
    <table><thead><tr><td><th>the case<th>before<th>after<th>goal<th>how it was measured</thead>
    %2$s</table>
    <ul>%3$s</ul>
    """
        .formatted(escaped(title), body, list);
  }

  /** For {@code --json}. */
  List<Map<String, Object>> toMaps() {
    List<Map<String, Object>> maps = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("what", row.what());
      map.put("claim", row.claim());
      map.put("before", row.before());
      map.put("after", row.after());
      map.put("goal", row.verdict());
      map.put("how", row.how());
      maps.add(map);
    }
    return maps;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String millis(double value) {
    return "%.1f ms".formatted(value);
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "–" : "%.1f %%".formatted(share * 100);
  }

  private static String cores(double value) {
    return "%.3f cores".formatted(value);
  }

  private static String dollars(double value) {
    return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "$%.2f/h", value);
  }

  private static String change(double before, double after) {
    return before == 0 || Double.isNaN(before) || Double.isNaN(after)
        ? ""
        : " (%+.0f %%)".formatted((after / before - 1) * 100);
  }
}
