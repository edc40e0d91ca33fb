package dev.headroom.demo.traffic.users;

import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.http.HttpRequest;
import dev.headroom.demo.traffic.load.Endpoint;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Looks up at once, as the same user, what was just acknowledged.
 *
 * <p>Only an answer that contradicts the write is stale; one that does not come says nothing.
 */
final class ReadBack {
  private final Caller caller;
  private final Figures figures;

  ReadBack(Caller caller, Figures figures) {
    this.caller = caller;
    this.figures = figures;
  }

  /** What can be wrong with an object that was read. */
  interface Check {
    /** How {@code item} differs from what was written; empty when it does not. */
    Optional<String> difference(Item item);
  }

  /** The object at {@code endpoint} must exist and pass {@code check}. */
  void there(Session session, Endpoint endpoint, long id, Answer write, Check check) {
    Answer answer =
        caller.call(session, endpoint, HttpRequest.of("GET", endpoint.path(id)), write.at(), 404);
    if (answer.status() == 404) {
      stale(endpoint, id, "not there", write, answer);
    } else if (answer.good()) {
      try {
        check
            .difference(Json.item(answer.body()))
            .ifPresent(difference -> stale(endpoint, id, difference, write, answer));
      } catch (IOException e) {
        figures.unreadable(endpoint, e);
      }
    }
  }

  /** The object must not be there any more. */
  void gone(Session session, Endpoint endpoint, long id, Answer write) {
    HttpRequest request = HttpRequest.of("GET", endpoint.path(id)).answerDropped();
    Answer answer = caller.call(session, endpoint, request, write.at(), 404);
    if (answer.good()) {
      stale(endpoint, id, "still there", write, answer);
    }
  }

  /** The list at {@code endpoint} of the object {@code owner} must contain {@code id}. */
  void listed(Session session, Endpoint endpoint, long owner, long id, Answer write) {
    Listing listing = new Listing(endpoint.path(owner), new HashSet<>(Set.of(id)));
    Listing.State state = Listing.State.GOING_ON;
    for (long due = write.at(); state == Listing.State.GOING_ON; ) {
      Answer answer = caller.call(session, endpoint, HttpRequest.of("GET", listing.next()), due);
      if (!answer.good()) {
        return;
      }
      try {
        state = listing.read(answer.body());
      } catch (IOException e) {
        figures.unreadable(endpoint, e);
        return;
      }
      if (state == Listing.State.MISSING) {
        stale(endpoint, owner, id + " not listed", write, answer);
      }
      due = answer.at();
    }
  }

  private void stale(Endpoint endpoint, long id, String how, Answer write, Answer read) {
    figures.stale(
        endpoint.path(id)
            + " "
            + how
            + "; written through "
            + name(write)
            + ", read through "
            + name(read));
  }

  private static String name(Answer answer) {
    return answer.replica().isEmpty() ? "an unnamed replica" : answer.replica();
  }
}
