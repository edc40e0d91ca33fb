package dev.headroom.demo.traffic.users;

import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.http.HttpRequest;
import dev.headroom.demo.traffic.load.Endpoint;
import dev.headroom.demo.traffic.load.Mix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Creating, changing and deleting things, and often looking at once whether they are so. */
final class Writes {
  private static final String TEXT =
      "Seen by several customers since the last release. Steps: open the page, wait, reload. ";

  private final Caller caller;
  private final Figures figures;
  private final Reads reads;
  private final ReadBack readBack;
  private final Ledger ledger;
  private final AtomicLong number = new AtomicLong();

  Writes(Caller caller, Figures figures, Reads reads, Ledger ledger) {
    this.caller = caller;
    this.figures = figures;
    this.reads = reads;
    this.readBack = new ReadBack(caller, figures);
    this.ledger = ledger;
  }

  void write(Session session, Endpoint endpoint, long due, RandomGenerator random) {
    switch (endpoint) {
      case CREATE_PROJECT -> createProject(session, due, random);
      case CREATE_ISSUE -> createIssue(session, due, random);
      case EDIT_ISSUE, SET_LABELS -> changeIssue(session, endpoint, due, random);
      case DELETE_ISSUE -> deleteIssue(session, due, random);
      case CREATE_COMMENT -> createComment(session, due, random);
      case CREATE_ATTACHMENT -> createAttachment(session, due, random);
      case READ_NOTIFICATIONS, REBUILD_REPORTS, SYNC ->
          acknowledged(caller.call(session, endpoint, request(endpoint, endpoint.path()), due));
      default -> throw new IllegalArgumentException(endpoint + " is not a write of a user");
    }
  }

  private void createProject(Session session, long due, RandomGenerator random) {
    Endpoint endpoint = Endpoint.CREATE_PROJECT;
    HttpRequest request =
        request(endpoint, endpoint.path())
            .withJson("{\"name\":\"Project " + number.incrementAndGet() + "\"}");
    Answer answer = caller.call(session, endpoint, request, due);
    OptionalLong id = created(endpoint, answer);
    if (id.isPresent()) {
      session.tenant().projects.add(id.getAsLong());
      if (looksBack(random)) {
        readBack.there(session, Endpoint.PROJECT, id.getAsLong(), answer, _ -> Optional.empty());
      }
    }
  }

  private void createIssue(Session session, long due, RandomGenerator random) {
    Tenant tenant = session.tenant();
    String title = title(tenant, random);
    Answer answer = postIssue(session, title, due, random);
    OptionalLong id = created(Endpoint.CREATE_ISSUE, answer);
    if (id.isEmpty()) {
      return;
    }
    ledger.issue(tenant, id.getAsLong());
    // About as many as will be deleted.
    if (random.nextInt(6) == 0) {
      tenant.doom(id.getAsLong());
    }
    if (looksBack(random)) {
      readBack.there(
          session, Endpoint.ISSUE, id.getAsLong(), answer, item -> differs(item.title(), title));
    }
    tenant.sawIssue(id.getAsLong());
  }

  private Answer postIssue(Session session, String title, long due, RandomGenerator random) {
    Tenant tenant = session.tenant();
    String priority =
        tenant.priorities.pick(random).map(value -> ",\"priority\":" + value).orElse("");
    long project = tenant.projects.pick(random).orElseThrow();
    HttpRequest request =
        request(Endpoint.CREATE_ISSUE, Endpoint.CREATE_ISSUE.path(project))
            .withJson(
                "{\"title\":\"" + title + "\",\"body\":\"" + text(random) + "\"" + priority + "}");
    return caller.call(session, Endpoint.CREATE_ISSUE, request, due);
  }

  private void changeIssue(Session session, Endpoint endpoint, long due, RandomGenerator random) {
    Tenant tenant = session.tenant();
    OptionalLong reserved = reserve(tenant, random);
    if (reserved.isEmpty()) {
      // A company with few issues, all being written: its user looks around instead.
      reads.read(session, Endpoint.PROJECTS, due, random);
      return;
    }
    long issue = reserved.getAsLong();
    Answer answer =
        endpoint == Endpoint.EDIT_ISSUE
            ? editIssue(session, issue, due, random)
            : setLabels(session, issue, due, random);
    // After a 5xx or a time-out the write may still happen, and then someone's read back would err.
    if (answer.status() != Answer.NONE && answer.status() < 500) {
      tenant.giveBack(issue);
    }
  }

  private Answer editIssue(Session session, long issue, long due, RandomGenerator random) {
    Tenant tenant = session.tenant();
    Edit edit = edit(tenant, random);
    HttpRequest request =
        request(Endpoint.EDIT_ISSUE, Endpoint.EDIT_ISSUE.path(issue)).withJson(edit.json());
    Answer answer = caller.call(session, Endpoint.EDIT_ISSUE, request, due);
    if (acknowledged(answer) && looksBack(random)) {
      readBack.there(session, Endpoint.ISSUE, issue, answer, edit);
    }
    return answer;
  }

  /** A change of one field, and how to see whether it was made. */
  private record Edit(String field, String json, ReadBack.Check check) implements ReadBack.Check {
    @Override
    public Optional<String> difference(Item item) {
      return check.difference(item).map(how -> field + " " + how);
    }
  }

  private Edit edit(Tenant tenant, RandomGenerator random) {
    double point = random.nextDouble();
    Optional<String> status = tenant.statuses.pick(random);
    if (point < 0.5 && status.isPresent()) {
      String value = status.get();
      return new Edit(
          "status", "{\"status\":" + value + "}", item -> differs(item.status(), value));
    }
    Optional<String> priority = tenant.priorities.pick(random);
    if (point < 0.8 && priority.isPresent()) {
      String value = priority.get();
      return new Edit(
          "priority", "{\"priority\":" + value + "}", item -> differs(item.priority(), value));
    }
    String value = title(tenant, random);
    return new Edit("title", "{\"title\":\"" + value + "\"}", item -> differs(item.title(), value));
  }

  private void deleteIssue(Session session, long due, RandomGenerator random) {
    Tenant tenant = session.tenant();
    OptionalLong doomed = tenant.takeDoomed(random);
    long start = due;
    if (doomed.isEmpty()) {
      Answer answer = postIssue(session, title(tenant, random), due, random);
      doomed = created(Endpoint.CREATE_ISSUE, answer);
      if (doomed.isEmpty()) {
        return;
      }
      tenant.doom(doomed.getAsLong());
      tenant.takeDoomed(random);
      start = answer.at();
    }
    long issue = doomed.getAsLong();
    ledger.giveUp(issue);
    Answer answer =
        caller.call(
            session,
            Endpoint.DELETE_ISSUE,
            request(Endpoint.DELETE_ISSUE, Endpoint.DELETE_ISSUE.path(issue)),
            start);
    if (acknowledged(answer) && looksBack(random)) {
      readBack.gone(session, Endpoint.ISSUE, issue, answer);
    }
  }

  private void createComment(Session session, long due, RandomGenerator random) {
    IdPool issues = session.tenant().issues;
    long issue = issues.pick(random).orElseThrow();
    // Lists show the newest comments only, so that more could not be looked up at the end.
    for (int i = 0; i < 5 && ledger.commentsOn(issue) >= 120; i++) {
      issue = issues.pick(random).orElseThrow();
    }
    HttpRequest request =
        request(Endpoint.CREATE_COMMENT, Endpoint.CREATE_COMMENT.path(issue))
            .withJson("{\"body\":\"" + text(random) + "\"}");
    Answer answer = caller.call(session, Endpoint.CREATE_COMMENT, request, due);
    OptionalLong id = created(Endpoint.CREATE_COMMENT, answer);
    if (id.isPresent()) {
      ledger.comment(session.tenant(), issue, id.getAsLong());
      if (looksBack(random)) {
        readBack.listed(session, Endpoint.COMMENTS, issue, id.getAsLong(), answer);
      }
    }
  }

  private void createAttachment(Session session, long due, RandomGenerator random) {
    long issue = session.tenant().issues.pick(random).orElseThrow();
    String target =
        Endpoint.CREATE_ATTACHMENT.path(issue) + "?name=log-" + number.incrementAndGet() + ".txt";
    byte[] content = TEXT.repeat(random.nextInt(2, 40)).getBytes(StandardCharsets.US_ASCII);
    HttpRequest request =
        request(Endpoint.CREATE_ATTACHMENT, target).withBody("text/plain", content);
    Answer answer = caller.call(session, Endpoint.CREATE_ATTACHMENT, request, due);
    OptionalLong id = created(Endpoint.CREATE_ATTACHMENT, answer);
    if (id.isPresent() && looksBack(random)) {
      readBack.listed(session, Endpoint.ATTACHMENTS, issue, id.getAsLong(), answer);
    }
  }

  private Answer setLabels(Session session, long issue, long due, RandomGenerator random) {
    Tenant tenant = session.tenant();
    Set<Long> labels = new TreeSet<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      tenant.labels.pick(random).ifPresent(labels::add);
    }
    String ids = labels.stream().map(String::valueOf).collect(Collectors.joining(","));
    HttpRequest request =
        request(Endpoint.SET_LABELS, Endpoint.SET_LABELS.path(issue))
            .withJson("{\"labels\":[" + ids + "]}");
    Answer answer = caller.call(session, Endpoint.SET_LABELS, request, due);
    if (acknowledged(answer) && looksBack(random)) {
      readBack.there(session, Endpoint.ISSUE, issue, answer, item -> differs(item, labels));
    }
    return answer;
  }

  private static HttpRequest request(Endpoint endpoint, String target) {
    return HttpRequest.of(endpoint.method(), target);
  }

  private boolean acknowledged(Answer answer) {
    if (answer.good()) {
      figures.acknowledged();
    }
    return answer.good();
  }

  private OptionalLong created(Endpoint endpoint, Answer answer) {
    if (!acknowledged(answer)) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Json.createdId(answer.body()));
    } catch (IOException e) {
      figures.unreadable(endpoint, e);
      return OptionalLong.empty();
    }
  }

  /** An issue that nobody else is writing; empty in the rare case that none is found. */
  private static OptionalLong reserve(Tenant tenant, RandomGenerator random) {
    for (int i = 0; i < 20; i++) {
      OptionalLong issue = tenant.issues.pick(random);
      if (issue.isPresent() && tenant.reserve(issue.getAsLong())) {
        return issue;
      }
    }
    return OptionalLong.empty();
  }

  private static boolean looksBack(RandomGenerator random) {
    return random.nextDouble() < Mix.READ_BACK;
  }

  private static Optional<String> differs(@Nullable String found, String written) {
    // An application that does not tell the field cannot be caught telling it wrong.
    return found == null || found.equals(written)
        ? Optional.empty()
        : Optional.of("is " + found + ", was set to " + written);
  }

  private static Optional<String> differs(Item item, Set<Long> labels) {
    List<Long> found = item.labels();
    return found == null || new HashSet<>(found).equals(labels)
        ? Optional.empty()
        : Optional.of("labels are " + found + ", were set to " + labels);
  }

  private String title(Tenant tenant, RandomGenerator random) {
    return tenant.titleWords.pick(random).orElse("Broken")
        + " "
        + tenant.titleWords.pick(random).orElse("page")
        + " "
        + number.incrementAndGet();
  }

  private static String text(RandomGenerator random) {
    return TEXT.repeat(random.nextInt(1, 6));
  }
}
