package dev.headroom.demo.traffic.users;

import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.http.HttpRequest;
import dev.headroom.demo.traffic.load.Endpoint;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Looking at things, and remembering what there is to look at. */
final class Reads {
  private static final Pattern WORD = Pattern.compile("[A-Za-z]{4,}");

  private final Caller caller;
  private final Figures figures;

  Reads(Caller caller, Figures figures) {
    this.caller = caller;
    this.figures = figures;
  }

  void read(Session session, Endpoint endpoint, long due, RandomGenerator random) {
    Tenant tenant = session.tenant();
    switch (endpoint) {
      case PROJECTS -> list(session, endpoint, endpoint.path() + "?limit=50", due, random);
      case LABELS, USERS -> list(session, endpoint, endpoint.path(), due, random);
      case PROJECT_ISSUES ->
          list(session, endpoint, issuesOf(tenant, project(tenant, random), random), due, random);
      case PROJECT, BOARD, EXPORT ->
          drop(session, endpoint, endpoint.path(project(tenant, random)), due);
      case ISSUE -> drop(session, endpoint, endpoint.path(issue(tenant, random)), due);
      case COMMENTS, ATTACHMENTS, HISTORY ->
          drop(session, endpoint, endpoint.path(issue(tenant, random)), due);
      case USER, ACTIVITY ->
          drop(
              session,
              endpoint,
              endpoint.path(tenant.people.pick(random).orElse(session.userId())),
              due);
      case SEARCH -> {
        String word = tenant.titleWords.pick(random).orElse("error");
        drop(session, endpoint, endpoint.path() + "?q=" + word, due);
      }
      case NOTIFICATIONS, AUDIT -> drop(session, endpoint, endpoint.path() + "?limit=20", due);
      case ME, DASHBOARD, THROUGHPUT, WORKLOAD, AGEING ->
          drop(session, endpoint, endpoint.path(), due);
      default -> throw new IllegalArgumentException(endpoint + " is not a read of a user");
    }
  }

  private void drop(Session session, Endpoint endpoint, String target, long due) {
    caller.call(session, endpoint, HttpRequest.of(endpoint.method(), target).answerDropped(), due);
  }

  private void list(
      Session session, Endpoint endpoint, String target, long due, RandomGenerator random) {
    // Who knows the place looks closely now and then only: parsing is what costs most here.
    if (session.tenant().knowsEnoughIssues() && random.nextInt(20) != 0) {
      drop(session, endpoint, target, due);
      return;
    }
    Answer answer = caller.call(session, endpoint, HttpRequest.of(endpoint.method(), target), due);
    if (answer.good()) {
      try {
        learn(session.tenant(), endpoint, Json.items(answer.body()));
      } catch (IOException e) {
        figures.unreadable(endpoint, e);
      }
    }
  }

  private static void learn(Tenant tenant, Endpoint endpoint, List<Item> items) {
    for (Item item : items) {
      if (item.id() < 0) {
        continue;
      }
      switch (endpoint) {
        case PROJECTS -> tenant.projects.add(item.id());
        case LABELS -> tenant.labels.add(item.id());
        case USERS -> tenant.people.add(item.id());
        default -> learnIssue(tenant, item);
      }
    }
  }

  private static void learnIssue(Tenant tenant, Item issue) {
    tenant.sawIssue(issue.id());
    if (issue.status() != null) {
      tenant.statuses.add(issue.status());
    }
    if (issue.priority() != null) {
      tenant.priorities.add(issue.priority());
    }
    if (issue.title() != null && !tenant.titleWords.full() && !tenant.knowsEnoughIssues()) {
      WORD.matcher(issue.title()).results().forEach(word -> tenant.titleWords.add(word.group()));
    }
  }

  private static String issuesOf(Tenant tenant, long project, RandomGenerator random) {
    String target = Endpoint.PROJECT_ISSUES.path(project) + "?limit=50";
    if (random.nextInt(10) < 6) {
      return target;
    }
    return tenant
        .statuses
        .pick(random)
        .map(status -> target + "&status=" + encoded(status.replace("\"", "")))
        .orElse(target);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  // The crowd sends nobody here who knows no project or issue, and neither is ever forgotten whole.

  private static long project(Tenant tenant, RandomGenerator random) {
    return tenant.projects.pick(random).orElseThrow();
  }

  private static long issue(Tenant tenant, RandomGenerator random) {
    return tenant.issues.pick(random).orElseThrow();
  }
}
