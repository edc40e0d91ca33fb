package dev.headroom.demo.traffic.users;

import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.figures.Outcome;
import dev.headroom.demo.traffic.http.HttpClient;
import dev.headroom.demo.traffic.http.HttpRequest;
import dev.headroom.demo.traffic.http.HttpResponse;
import dev.headroom.demo.traffic.load.Endpoint;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Sends requests and counts how they ended, from when they were due. Thread-safe. */
final class Caller {
  private static final byte[] EMPTY = {};

  private final HttpClient http;
  private final Figures figures;
  private final LongSupplier nanoTime;
  private final Duration timeout;
  private final Sessions sessions;

  Caller(
      HttpClient http,
      Figures figures,
      Sessions sessions,
      LongSupplier nanoTime,
      Duration timeout) {
    this.http = http;
    this.figures = figures;
    this.sessions = sessions;
    this.nanoTime = nanoTime;
    this.timeout = timeout;
  }

  Answer call(Endpoint endpoint, HttpRequest request, long due) {
    return call(endpoint, request, due, 0);
  }

  Answer call(Session session, Endpoint endpoint, HttpRequest request, long due) {
    return call(session, endpoint, request, due, 0);
  }

  /** A request of a logged-in user, who is one no longer if the application says so. */
  Answer call(Session session, Endpoint endpoint, HttpRequest request, long due, int intended) {
    Answer answer = call(endpoint, request.withBearer(session.token()), due, intended);
    if (answer.status() == 401) {
      sessions.end(session);
    }
    return answer;
  }

  /** As above; {@code intended} is a 4xx that the caller reckons with. */
  Answer call(Endpoint endpoint, HttpRequest request, long due, int intended) {
    int status = Answer.NONE;
    byte[] body = EMPTY;
    String replica = "";
    String failure = "";
    try {
      HttpResponse response = http.send(request, due + timeout.toNanos());
      status = response.status();
      body = response.body();
      replica = response.replica();
    } catch (SocketTimeoutException _) {
      failure = "no answer within " + timeout.toMillis() + " ms";
    } catch (IOException e) {
      failure = e.toString();
    }
    long now = nanoTime.getAsLong();
    Outcome outcome = status == Answer.NONE ? Outcome.ERROR : Outcome.of(status, intended);
    figures.ended(endpoint, outcome, now - due);
    figures.answeredBy(replica);
    if (outcome == Outcome.ERROR || outcome == Outcome.UNEXPECTED_4XX) {
      figures.sample(
          request
              + ": "
              + (failure.isEmpty() ? String.valueOf(status) : failure)
              + (replica.isEmpty() ? "" : " from " + replica));
    }
    return new Answer(status, body, replica, now);
  }
}
