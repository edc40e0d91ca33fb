package dev.headroom.demo.mailer;

import dev.headroom.demo.db.Database;
import dev.headroom.demo.db.Row;
import dev.headroom.demo.db.Session;
import dev.headroom.demo.partner.PartnerClient;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Mail that waits to be sent. Rows are taken under a lock that other workers step over. */
public final class Outbox {
  static final int BATCH = 20;

  static final String TAKE =
      "SELECT id, recipient, payload FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT 20"
          + " FOR UPDATE SKIP LOCKED";
  private static final String SENT =
      "UPDATE outbox SET sent_at = now(), attempts = attempts + 1 WHERE id = ANY (?)";
  private static final String FAILED =
      "UPDATE outbox SET attempts = attempts + 1,"
          + " sent_at = CASE WHEN attempts >= 4 THEN now() END WHERE id = ANY (?)";

  private final Database database;
  private final Optional<PartnerClient> partner;

  public Outbox(Database database, Optional<PartnerClient> partner) {
    this.database = database;
    this.partner = partner;
  }

  /** Sends one batch and answers how many were taken. */
  public int sendSome() {
    try (Session session = database.session("", Context.root())) {
      return session.write(
          tx -> {
            List<Row> mails = tx.rows(TAKE);
            if (mails.isEmpty()) {
              return 0;
            }
            List<Boolean> sent = sendAll(mails);
            tx.update(SENT, (Object) ids(mails, sent, true));
            tx.update(FAILED, (Object) ids(mails, sent, false));
            return mails.size();
          });
    }
  }

  private static Long[] ids(List<Row> mails, List<Boolean> sent, boolean which) {
    return java.util.stream.IntStream.range(0, mails.size())
        .filter(i -> sent.get(i) == which)
        .mapToObj(i -> mails.get(i).number("id"))
        .toArray(Long[]::new);
  }

  private List<Boolean> sendAll(List<Row> mails) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> calls =
          mails.stream().<Callable<Boolean>>map(mail -> () -> send(mail)).toList();
      return threads.invokeAll(calls).stream().map(Future::resultNow).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return mails.stream().map(mail -> false).toList();
    }
  }

  private boolean send(Row mail) {
    return partner.isEmpty()
        || partner
            .get()
            .post("/v1/mail", "{\"to\":\"" + mail.text("recipient") + "\"}", Context.root())
            .isPresent();
  }
}
