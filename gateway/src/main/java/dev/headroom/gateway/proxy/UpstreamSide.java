package dev.headroom.gateway.proxy;

import dev.headroom.gateway.http.Framing;
import dev.headroom.gateway.upstream.Cluster;
import dev.headroom.gateway.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The replica's half of an exchange: which one, by which connection, and what becomes of a request
 * that it did not answer.
 */
// A write or close that fails ends the channel, and channelInactive tells of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class UpstreamSide {
  private static final int MAX_ATTEMPTS = 6;

  /** A request that has ended so many replicas' connections may be what ends them. */
  private static final int MAX_LOST = 3;

  private final ProxyExchange exchange;
  private final ClientSide client;
  private final Loop loop;
  private final Settings settings;

  private @Nullable Cluster cluster;
  private @Nullable Upstream upstream;
  private @Nullable UpstreamConnection connection;

  /** The request counts as running at {@link #upstream}. */
  private boolean counted;

  /** Its answer has not begun there. */
  private boolean awaited;

  private int lost;
  private boolean affine;
  private boolean setsCookie;
  private List<Upstream> tried = List.of();
  private int attempts;
  private boolean onlyFresh;
  private long sentAt;
  private long responseNanos;

  UpstreamSide(ProxyExchange exchange, ClientSide client, Loop loop, Settings settings) {
    this.exchange = exchange;
    this.client = client;
    this.loop = loop;
    this.settings = settings;
  }

  /**
   * Belongs to a service from here on.
   *
   * @param sticky whether callers stay on one replica
   */
  void belongsTo(Cluster its, boolean sticky) {
    cluster = its;
    affine = sticky;
  }

  /** Name of the service; empty when none answers the path. */
  String service() {
    return cluster == null ? "" : cluster.service();
  }

  /** Name of the replica that had the request last; empty when none had. */
  String instance() {
    return upstream == null ? "" : upstream.instance();
  }

  @Nullable UpstreamConnection connection() {
    return connection;
  }

  /** When the whole request had been sent, or its head, as long as the body is not over. */
  long sentAt() {
    return sentAt;
  }

  /** From {@link #sentAt} to the response's beginning; 0 without one. */
  long responseNanos() {
    return responseNanos;
  }

  /** Chooses a replica and sends the request, or fails the exchange. */
  void attempt() {
    Cluster its = cluster;
    if (its == null) {
      throw new IllegalStateException("no service to ask");
    }
    if (attempts++ == 0) {
      its.retries().earn();
    }
    Upstream chosen = choose(its);
    upstream = chosen;
    counted = chosen != null;
    awaited = counted;
    if (chosen == null) {
      exchange.fail(
          503,
          "service "
              + its.service()
              + (its.size() == 0
                  ? " has no replica now"
                  : " has more requests than it can answer"));
      return;
    }
    exchange.choosing();
    UpstreamConnection pooled = onlyFresh ? null : loop.take(chosen);
    if (pooled != null) {
      send(pooled);
    } else {
      loop.connect(chosen, this);
    }
  }

  private @Nullable Upstream choose(Cluster its) {
    if (affine) {
      Upstream known = settings.affinity().replica(client.head(), its, tried);
      setsCookie = known == null;
      if (known != null) {
        return known;
      }
    }
    return its.begin(tried, loop.random(), exchange.hash());
  }

  /** Writes the cookie that keeps the caller on the replica, if it has none. */
  void writeCookie(ByteBuf out) {
    if (setsCookie && upstream != null) {
      settings.affinity().writeCookie(out, upstream, client.origin().secure());
    }
  }

  /** A connection that was asked for is there. */
  void connected(UpstreamConnection fresh) {
    if (exchange.isChoosing() && fresh.upstream == upstream) {
      send(fresh);
    } else {
      fresh.leave(true, loop.now()); // The client left meanwhile.
    }
  }

  /** A connection that was asked for cannot be made. */
  void connectFailed(Upstream failed) {
    if (cluster != null) {
      cluster.suspect(failed);
    }
    if (exchange.isChoosing() && failed == upstream) {
      failed(0);
      // No byte was sent, so any method may be sent elsewhere.
      tryElsewhere(failed, "no connection to a replica");
    }
  }

  private void tryElsewhere(Upstream failed, String detail) {
    Cluster its = cluster;
    long now = loop.now();
    if (its == null
        || attempts >= MAX_ATTEMPTS
        || exchange.isOverdue(now)
        || !its.retries().take(now)) {
      exchange.fail(502, detail);
      return;
    }
    leave(false);
    List<Upstream> failedSoFar = new ArrayList<>(tried);
    failedSoFar.add(failed);
    tried = failedSoFar;
    attempt();
  }

  private void send(UpstreamConnection with) {
    connection = with;
    with.lease(exchange);
    ByteBuf out = with.channel.alloc().buffer(1024);
    exchange.writeRequest(out);
    sentAt = loop.now();
    exchange.sent(sentAt);
    with.channel.write(out);
    // Not whether the client has sent it: its end may have come while there was no connection.
    if (exchange.isRequestSent()) {
      with.channel.flush();
    } else {
      client.drive();
      exchange.pumpRequest();
    }
  }

  /** The last byte of the request is on its way. */
  void requestSent() {
    sentAt = loop.now();
  }

  /**
   * The final response begins.
   *
   * @param status of it
   */
  void answered(UpstreamConnection from, int status) {
    long now = loop.now();
    responseNanos = now - sentAt;
    if (status >= 500) {
      failed(responseNanos);
    } else {
      from.upstream.answered(responseNanos, now);
      from.upstream.succeeded();
    }
    answerBegan();
  }

  /** The replica has switched to a WebSocket: no request that keeps it from draining any more. */
  void switched(UpstreamConnection with) {
    long now = loop.now();
    responseNanos = now - sentAt;
    with.upstream.answered(responseNanos, now);
    answerBegan();
    connection = null;
    counted = false;
    with.upstream.end(now);
  }

  private void answerBegan() {
    if (upstream != null && awaited) {
      awaited = false;
      upstream.answerBegan();
    }
  }

  /** The replica has failed the request, after so long. */
  void failed(long nanos) {
    Upstream its = upstream;
    if (its != null) {
      its.failed(nanos, loop.now());
      if (cluster != null) {
        cluster.failed(its);
      }
    }
  }

  /** The client left while the replica was at work. */
  void abandoned() {
    long now = loop.now();
    if (upstream != null && now - sentAt > 1_000_000_000L) {
      upstream.answered(now - sentAt, now); // At least as slow as the client was patient.
    }
  }

  /** The connection ended before the final response began. */
  void gone(UpstreamConnection gone, boolean interimSeen) {
    boolean untouched = gone.head.isEmpty() && !interimSeen;
    boolean repeatable = client.head().isIdempotent() && client.head().framing() == Framing.NONE;
    if (!gone.isReused()) {
      failed(0);
    }
    if (!untouched || !repeatable) {
      exchange.fail(502, "the replica closed the connection instead of answering");
    } else if (gone.isReused() && attempts < MAX_ATTEMPTS) {
      // The connection had been idle and the replica's close crossed the request: no verdict on
      // the replica. Others may be as stale, so a new one.
      onlyFresh = true;
      leave(false);
      attempt();
    } else if (++lost >= MAX_LOST) {
      exchange.fail(502, "the replica closed the connection instead of answering");
    } else {
      tryElsewhere(gone.upstream, "the replica closed the connection instead of answering");
    }
  }

  /** Lets go of connection and replica; the connection is closed unless it is fit for another. */
  void leave(boolean reusable) {
    long now = loop.now();
    UpstreamConnection its = connection;
    connection = null;
    if (its != null) {
      its.leave(reusable, now);
    }
    answerBegan();
    if (upstream != null && counted) {
      counted = false;
      upstream.end(now);
    }
  }
}
