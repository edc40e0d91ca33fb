package dev.headroom.demo.traffic.users;

import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.figures.Verified;
import dev.headroom.demo.traffic.http.HttpClient;
import dev.headroom.demo.traffic.http.HttpRequest;
import dev.headroom.demo.traffic.http.HttpResponse;
import dev.headroom.demo.traffic.load.Endpoint;
import dev.headroom.demo.traffic.load.TrafficClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * Reads back every acknowledged id, a few at a time.
 *
 * <p>An id is lost only if it stays away for several seconds: right after a failure a replica may
 * lag, and this reader is not the one who wrote. Its requests are not part of the figures.
 */
final class Verification {
  private static final int READERS = 8;
  private static final int TRIES = 12;
  private static final long PAUSE_NANOS = 500_000_000;

  private final HttpClient http;
  private final TrafficClock clock;
  private final Duration timeout;
  private final long deadline;
  private final Figures figures;
  private final Map<Tenant, String> tokens = new ConcurrentHashMap<>();
  private final LongAdder asked = new LongAdder();
  private final LongAdder unanswered = new LongAdder();
  private final LongAdder lost = new LongAdder();

  Verification(
      HttpClient http, TrafficClock clock, Duration timeout, long deadline, Figures figures) {
    this.http = http;
    this.clock = clock;
    this.timeout = timeout;
    this.deadline = deadline;
    this.figures = figures;
  }

  /** Something to look up. */
  private interface Task {
    void run() throws InterruptedException;
  }

  Verified verify(Ledger ledger) throws InterruptedException {
    Queue<Task> tasks = new ConcurrentLinkedQueue<>();
    ledger.issues().forEach((issue, tenant) -> tasks.add(() -> issue(tenant, issue)));
    ledger.comments().forEach((issue, comments) -> tasks.add(() -> comments(issue, comments)));
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(Thread.ofVirtual().name("verify-" + i).start(() -> drain(tasks)));
    }
    for (Thread reader : readers) {
      reader.join();
    }
    return new Verified(asked.sum(), unanswered.sum(), lost.sum());
  }

  private static void drain(Queue<Task> tasks) {
    try {
      for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void issue(Tenant tenant, long issue) throws InterruptedException {
    asked.increment();
    String target = Endpoint.ISSUE.path(issue);
    boolean answered = false;
    for (int i = 0; i < TRIES && inTime(); i++) {
      Optional<HttpResponse> response = get(tenant, target);
      if (response.isPresent() && response.get().status() == 200) {
        return;
      }
      answered = response.isPresent() && response.get().status() == 404;
      pause();
    }
    judge(answered, 1, target);
  }

  private void comments(long issue, Ledger.Comments written) throws InterruptedException {
    Set<Long> missing = new HashSet<>(written.ids());
    asked.add(missing.size());
    boolean answered = false;
    for (int i = 0; i < TRIES && inTime(); i++) {
      answered = strikeOut(missing, written.tenant(), issue);
      if (missing.isEmpty()) {
        return;
      }
      pause();
    }
    judge(answered, missing.size(), Endpoint.COMMENTS.path(issue) + " " + missing);
  }

  /** Removes the comments that are listed; false if the list could not be read to its end. */
  private boolean strikeOut(Set<Long> missing, Tenant tenant, long issue) {
    Listing listing = new Listing(Endpoint.COMMENTS.path(issue), missing);
    while (true) {
      Optional<HttpResponse> response = get(tenant, listing.next());
      if (response.isPresent() && response.get().status() == 404) {
        return true;
      }
      if (response.isEmpty() || response.get().status() != 200) {
        return false;
      }
      try {
        Listing.State state = listing.read(response.get().body());
        if (state != Listing.State.GOING_ON) {
          return state != Listing.State.UNKNOWN;
        }
      } catch (IOException _) {
        return false;
      }
    }
  }

  private void judge(boolean answered, long count, String what) {
    if (answered) {
      lost.add(count);
      figures.sample("lost: " + what);
    } else {
      unanswered.add(count);
    }
  }

  private Optional<HttpResponse> get(Tenant tenant, String target) {
    try {
      String token = tokens.get(tenant);
      if (token == null) {
        HttpResponse login = http.send(Login.request(tenant.member()), until());
        if (login.status() != 200) {
          return Optional.empty();
        }
        token = Json.login(login.body()).token();
        tokens.put(tenant, token);
      }
      HttpResponse response = http.send(HttpRequest.of("GET", target).withBearer(token), until());
      if (response.status() == 401) {
        tokens.remove(tenant, token);
      }
      return Optional.of(response);
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private long until() {
    return Math.min(deadline, clock.nanoTime() + timeout.toNanos());
  }

  private boolean inTime() {
    return deadline - clock.nanoTime() > 0;
  }

  private void pause() throws InterruptedException {
    clock.sleepUntil(Math.min(deadline, clock.nanoTime() + PAUSE_NANOS));
  }
}
