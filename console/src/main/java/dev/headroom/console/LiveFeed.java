package dev.headroom.console;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.sse.ServerSentEvent;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.common.stream.StreamWriter;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.streaming.ServerSentEvents;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/live}: the overview as Server-Sent Events. It is made once for all who listen, and
 * not at all while nobody does.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, 9.2</a>
 */
final class LiveFeed implements HttpService, AutoCloseable {
  private static final Logger LOG = System.getLogger(LiveFeed.class.getName());
  private static final int MOST_CLIENTS = 200;

  private final Supplier<String> snapshot;
  private final Duration interval;
  private final Set<Client> clients = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wake = lock.newCondition();
  private boolean arrived;
  private boolean closed;
  private final Thread thread;

  private LiveFeed(Supplier<String> snapshot, Duration interval) {
    this.snapshot = snapshot;
    this.interval = interval;
    this.thread = Thread.ofVirtual().name("console-live").unstarted(this::run);
  }

  /**
   * Begins to wait for clients.
   *
   * @param snapshot makes the text of an event
   */
  static LiveFeed start(Supplier<String> snapshot, Duration interval) {
    LiveFeed feed = new LiveFeed(snapshot, interval);
    feed.thread.start();
    return feed;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    if (clients.size() >= MOST_CLIENTS) {
      return JsonBodies.error(
          HttpStatus.SERVICE_UNAVAILABLE, MOST_CLIENTS + " pages are open already");
    }
    context.clearRequestTimeout();
    StreamWriter<ServerSentEvent> events = StreamMessage.streaming();
    Client client = new Client(events);
    add(client);
    var _ = events.whenComplete().handle((done, error) -> clients.remove(client));
    return ServerSentEvents.fromPublisher(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.EVENT_STREAM)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .build(),
        events);
  }

  private void add(Client client) {
    lock.lock();
    try {
      clients.add(client);
      arrived = true;
      wake.signal();
      if (closed) {
        client.events.close();
      }
    } finally {
      lock.unlock();
    }
  }

  int clients() {
    return clients.size();
  }

  private void run() {
    try {
      while (awaitTurn()) {
        publish();
      }
    } catch (InterruptedException e) {
      // Closed while waiting.
    }
  }

  /* The next interval, or at once for someone who has just come. */
  private boolean awaitTurn() throws InterruptedException {
    lock.lock();
    try {
      long left = interval.toNanos();
      while (!closed && !arrived && (clients.isEmpty() || left > 0)) {
        if (clients.isEmpty()) {
          wake.await();
        } else {
          left = wake.awaitNanos(left);
        }
      }
      arrived = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void publish() {
    ServerSentEvent event;
    try {
      event = ServerSentEvent.builder().event("overview").data(snapshot.get()).build();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "No overview for the page", e);
      event = ServerSentEvent.builder().event("trouble").data("no overview; see the log").build();
    }
    for (Client client : clients) {
      client.offer(event);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      wake.signal();
      clients.forEach(client -> client.events.close());
    } finally {
      lock.unlock();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One open page. */
  private static final class Client {
    private final StreamWriter<ServerSentEvent> events;
    private @Nullable CompletableFuture<Void> consumed;

    Client(StreamWriter<ServerSentEvent> events) {
      this.events = events;
    }

    /** Left out for a page that has not taken the one before. */
    void offer(ServerSentEvent event) {
      if ((consumed == null || consumed.isDone()) && events.tryWrite(event)) {
        consumed = events.whenConsumed();
      }
    }
  }
}
