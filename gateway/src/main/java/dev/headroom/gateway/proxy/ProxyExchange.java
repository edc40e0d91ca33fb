package dev.headroom.gateway.proxy;

import dev.headroom.gateway.accesslog.Asked;
import dev.headroom.gateway.cache.Answer;
import dev.headroom.gateway.cache.Draft;
import dev.headroom.gateway.cache.Fill;
import dev.headroom.gateway.cache.StoredResponse;
import dev.headroom.gateway.http.AddedFields;
import dev.headroom.gateway.http.Framing;
import dev.headroom.gateway.http.PathPattern;
import dev.headroom.gateway.http.Refusal;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.http.ResponseHead;
import dev.headroom.gateway.identity.Caller;
import dev.headroom.gateway.limits.LimitVerdict;
import dev.headroom.gateway.upstream.Cluster;
import dev.headroom.signals.Exchange;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceContext;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on their way through the gateway: decides what comes next, and
 * leaves the doing to the {@link ClientSide}, the {@link UpstreamSide} and the {@link CacheSide}.
 *
 * <p>Nothing of a response has been written to the client until {@link Phase#RESPONDING}: up to
 * there a failure can become another attempt or an error response, from there on only an abort.
 */
// A write or close that fails ends the channel, and channelInactive tells of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ProxyExchange implements AddedFields {
  private static final int MAX_INTERIM_RESPONSES = 16;

  private enum Phase {
    /** Another request is fetching the same response, or the shared cache is asked. */
    WAITING,
    /** No replica has the request. */
    CHOOSING,
    /** One has it, or is getting it, and has not begun its response. */
    SENT,
    RESPONDING,
    OVER
  }

  private final ClientSide client;
  private final UpstreamSide upstream;
  private final CacheSide cache = new CacheSide();
  private final Loop loop;
  private final Settings settings;
  private final long startEpochNanos;
  private final long start;
  private final String method;
  private final String path;
  private final TraceContext trace;
  private final Optional<SpanId> parent;
  private final Caller caller;
  private final @Nullable LimitVerdict limits;
  private final @Nullable Asked asked;

  private Phase phase = Phase.CHOOSING;
  private boolean requestDone;
  private int interimResponses;
  private int status;
  private long requestBytes;
  private long responseBytes;
  private long progress;

  /**
   * @param start when the head began to arrive
   */
  ProxyExchange(ClientSide client, Loop loop, long start) {
    this.client = client;
    this.loop = loop;
    this.settings = loop.settings();
    this.upstream = new UpstreamSide(this, client, loop, settings);
    this.start = start;
    this.progress = start;
    this.startEpochNanos = loop.edge().time().epochNanos() - (loop.now() - start);
    RequestHead head = client.head();
    this.method = head.method();
    this.path = head.path();
    Optional<TraceContext> continued =
        Optional.ofNullable(head.traceparent()).flatMap(TraceContext::parse);
    this.trace = loop.edge().traces().next(continued, loop.random());
    this.parent = continued.map(TraceContext::spanId);
    this.caller = settings.identities().identify(head, loop.tokens(), startEpochNanos / 1_000_000);
    this.limits = settings.limiter().isEmpty() || client.isRefresh() ? null : new LimitVerdict();
    this.asked =
        client.isRefresh()
            ? null
            : settings.accessLog().asked(client.origin().text(), head, client.protocol());
  }

  /** Checks the limits, looks into the cache, chooses service and replica, and sends. */
  void start() {
    loop.edge().exchangeBegan();
    requestDone = client.requestDone();
    if (settings.redirect() && !client.origin().secure() && !client.isRefresh()) {
      redirect();
      return;
    }
    Cluster its = settings.routes().find(path);
    if (its != null) {
      upstream.belongsTo(its, settings.affinity().covers(path));
    }
    if (isOverLimit()) {
      fail(429, limits == null ? "" : limits.detail());
    } else if (client.head().isForServer()) {
      answerForServer();
    } else if (its == null) {
      fail(404, "no service answers this path");
    } else {
      cache.begin(loop, settings, client, path, caller);
      proceed();
    }
  }

  private void redirect() {
    String host = client.head().host();
    int port = host.lastIndexOf(':');
    String name = port > host.lastIndexOf(']') ? host.substring(0, port) : host;
    String location = "https://" + name + settings.securePort() + client.head().target();
    fail(308, "use HTTPS", out -> AddedFields.write(out, "Location: " + location + "\r\n"));
  }

  /* Which methods pass; what a resource takes only the application knows. */
  private void answerForServer() {
    end(204);
    client.empty(
        204,
        "No Content",
        out -> {
          AddedFields.write(out, "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
          writeTo(out);
        });
    recordWhenWritten();
    client.done();
  }

  private boolean isOverLimit() {
    if (limits == null) {
      return false;
    }
    settings
        .limiter()
        .check(
            caller,
            client.origin().address(),
            PathPattern.canonical(path),
            method,
            loop.now(),
            limits);
    return limits.isRefused();
  }

  private void proceed() {
    switch (cache.look(this::lookAgain)) {
      case SERVE -> {
        if (cache.wantsRefresh()) {
          loop.refresh(client);
        }
        serve(cache.takeFound());
      }
      case WAIT -> phase = Phase.WAITING;
      case FORWARD -> upstream.attempt();
    }
  }

  private void lookAgain(Fill.End end) {
    if (phase == Phase.WAITING) {
      phase = Phase.CHOOSING;
      cache.waited(end);
      proceed();
    }
  }

  /* Answers from the cache; takes the response. */
  private void serve(StoredResponse stored) {
    cache.serving();
    phase = Phase.OVER;
    Answer answer = stored.answer(client.head());
    status = answer.status();
    responseBytes = client.answer(answer, answer.ageSeconds(loop.now()), this);
    stored.release();
    cache.close(Fill.End.ABANDONED);
    recordWhenWritten();
    client.done();
  }

  /** What the gateway says of its own in a response. */
  @Override
  public void writeTo(ByteBuf out) {
    if (limits != null) {
      limits.writeTo(out);
    }
    cache.writeTo(out);
    if (status < 500) {
      upstream.writeCookie(out);
    }
    if (client.origin().secure()) {
      AddedFields.write(out, settings.strictTransport());
    }
  }

  /** Writes the head as the replica gets it. */
  void writeRequest(ByteBuf out) {
    client
        .head()
        .writeTo(
            out,
            client.ownAuthority(),
            client.origin().forwardedFields(),
            cache.prepareRequest(),
            trace.traceparent(),
            parent.isPresent());
  }

  /** What balance: hash goes by. */
  long hash() {
    long known = caller.hash(settings.hashKey());
    return known != 0 ? known : client.origin().address().hash();
  }

  /** No replica has the request. */
  void choosing() {
    phase = Phase.CHOOSING;
  }

  boolean isChoosing() {
    return phase == Phase.CHOOSING;
  }

  /** A replica is getting the request. */
  void sent(long now) {
    phase = Phase.SENT;
    progress = now;
  }

  /** Too late for another attempt? */
  boolean isOverdue(long now) {
    return now - start >= settings.timeouts().response().toNanos();
  }

  /** Has the whole request been given to a replica? */
  boolean isRequestSent() {
    return requestDone;
  }

  /** Forwards what has been read of the request's body, as far as the replica takes it. */
  void pumpRequest() {
    UpstreamConnection to = upstream.connection();
    if (requestDone || to == null) {
      return;
    }
    try {
      while (to.channel.isWritable()) {
        ByteBuf piece = client.readBody(to.channel.alloc());
        if (piece == null) {
          break;
        }
        progress = loop.now();
        to.channel.write(piece);
      }
    } catch (Refusal refusal) {
      fail(refusal.status(), refusal.detail());
      return;
    }
    if (client.requestDone()) {
      requestDone = true;
      upstream.requestSent();
    }
    to.channel.flush();
  }

  /** The replica takes more of the request. */
  void upstreamWritable() {
    progress = loop.now();
    client.drive();
  }

  /** Bytes of the response have come. */
  void upstreamRead() {
    UpstreamConnection from = upstream.connection();
    if (from == null || phase == Phase.OVER) {
      return;
    }
    progress = loop.now();
    try {
      if (phase == Phase.SENT && !readResponseHead(from)) {
        return;
      }
      if (phase == Phase.RESPONDING) {
        pumpResponse(from);
      }
    } catch (Refusal refusal) {
      upstream.failed(0);
      failUnwritten(502, "the replica answered with " + refusal.detail());
    }
  }

  /* Whether the final head is there; passes interim ones on. */
  private boolean readResponseHead(UpstreamConnection from) throws Refusal {
    ResponseHead head = from.head;
    while (head.feed(from.in.bytes(), client.head().isHead())) {
      if (head.status() == 101) {
        becomeTunnel(from);
        return false;
      }
      if (head.status() >= 200) {
        beginResponse(from);
        return true;
      }
      if (++interimResponses > MAX_INTERIM_RESPONSES) {
        throw new Refusal(502, "more than " + MAX_INTERIM_RESPONSES + " interim responses");
      }
      client.interim(head);
      head.reset();
    }
    return false;
  }

  private void beginResponse(UpstreamConnection from) {
    ResponseHead head = from.head;
    status = head.status();
    upstream.answered(from, status);
    if (!client.head().isSafe() && status < 400) {
      loop.edge().invalidate(client.head(), head, path, caller);
    }
    if (cache.hasPart()) {
      StoredResponse confirmed =
          cache.answered(
              head,
              new Draft.Moments(
                  upstream.sentAt(), loop.now(), loop.edge().time().now().toEpochMilli()));
      if (confirmed != null) {
        upstream.leave(head.isKeepAlive());
        serve(confirmed);
        return;
      }
    }
    phase = Phase.RESPONDING;
    // What is written down has lost its chunks: they are made anew.
    boolean unframed = cache.isWriting() || !client.takesChunks();
    from.body.start(head.framing(), head.contentLength(), !unframed);
    if (!cache.isDeferred()) {
      client.begin(head, unframed, this);
    }
  }

  private void pumpResponse(UpstreamConnection from) throws Refusal {
    ByteBuf piece = from.body.read(from.in.bytes(), client.allocator());
    while (piece != null) {
      cache.add(piece);
      if (cache.isDeferred()) {
        piece.release();
      } else {
        client.write(piece);
      }
      piece = from.body.read(from.in.bytes(), client.allocator());
    }
    if (from.body.isDone()) {
      finishResponse(from, from.head.isKeepAlive());
    } else if (!client.isWritable() && !cache.isWriting()) {
      // While it is written down others may wait for it: the size of what is kept bounds it then.
      from.channel.config().setAutoRead(false);
    }
  }

  /** The client takes more of the response. */
  void clientWritable() {
    progress = loop.now();
    UpstreamConnection from = upstream.connection();
    if (from != null) {
      from.channel.config().setAutoRead(true);
    }
  }

  void flushClient() {
    client.flush();
  }

  private void finishResponse(UpstreamConnection from, boolean reusable) {
    if (cache.isDeferred()) {
      phase = Phase.WAITING;
      upstream.leave(reusable && requestDone);
      cache.finishDeferred(this::serveKept);
      return;
    }
    phase = Phase.OVER;
    responseBytes = from.body.payloadBytes();
    client.finish(from.body.trailers());
    upstream.leave(reusable && requestDone);
    client.flush();
    cache.finish();
    recordWhenWritten();
    client.done();
  }

  private void serveKept(StoredResponse stored) {
    if (phase == Phase.WAITING) {
      cache.servesKept();
      serve(stored);
    } else {
      stored.release(); // The client left meanwhile.
    }
  }

  private void becomeTunnel(UpstreamConnection with) throws Refusal {
    if (!client.head().asksForWebSocket()) {
      throw new Refusal(502, "a 101 that nobody asked for");
    }
    status = 101;
    phase = Phase.OVER;
    upstream.switched(with);
    client.upgrade(with.head, this);
    recordWhenWritten();
    client.becomeTunnel(with);
  }

  /** The connection to the replica has ended. */
  void upstreamGone() {
    UpstreamConnection gone = upstream.connection();
    if (gone == null || phase == Phase.OVER) {
      return;
    }
    if (phase != Phase.RESPONDING) {
      upstream.gone(gone, interimResponses > 0);
    } else if (gone.head.framing() == Framing.UNTIL_CLOSE && !gone.wasReset()) {
      finishResponse(gone, false);
    } else {
      upstream.failed(0);
      failUnwritten(502, "the replica cut its answer");
    }
  }

  /** The client has gone; nobody waits for the response. */
  void clientGone() {
    if (phase == Phase.OVER) {
      return;
    }
    if (phase == Phase.SENT) {
      upstream.abandoned();
    }
    end(499);
    requestBytes = client.requestBytes();
    record();
  }

  private void end(int finalStatus) {
    UpstreamConnection with = upstream.connection();
    if (with != null) {
      responseBytes = phase == Phase.RESPONDING ? with.body.payloadBytes() : 0;
    }
    phase = Phase.OVER;
    status = finalStatus;
    upstream.leave(false);
    // Who waits for this fill: another may lead when only the client has gone.
    cache.close(finalStatus == 499 ? Fill.End.ABANDONED : Fill.End.FAILED);
  }

  /** Answers for the replica, or aborts when part of its response has been written. */
  void fail(int problem, String detail) {
    fail(problem, detail, this);
  }

  /* The same, when what has come of the response may have gone no further than the cache. */
  private void failUnwritten(int problem, String detail) {
    if (cache.isDeferred()) {
      phase = Phase.SENT;
    }
    fail(problem, detail, this);
  }

  private void fail(int problem, String detail, AddedFields added) {
    if (phase == Phase.RESPONDING) {
      abort();
      return;
    }
    end(problem);
    responseBytes = client.problem(problem, detail, added);
    recordWhenWritten();
    client.done();
  }

  private void abort() {
    end(502);
    requestBytes = client.requestBytes();
    client.abort();
    record();
  }

  /** Ends what has waited too long. */
  void check(long now) {
    if (phase == Phase.WAITING) {
      if (isOverdue(now)) {
        fail(504, "no answer in time for a request that waited for another's");
      }
      return;
    }
    UpstreamConnection with = upstream.connection();
    if (with == null) {
      return; // Netty watches over the connecting.
    }
    switch (phase) {
      case SENT -> checkSent(with, now);
      case RESPONDING -> checkResponding(now);
      case WAITING, CHOOSING, OVER -> {}
    }
  }

  private void checkSent(UpstreamConnection with, long now) {
    Timeouts timeouts = settings.timeouts();
    long waited = now - upstream.sentAt();
    if (requestDone) {
      if (waited > timeouts.response().toNanos()) {
        upstream.failed(waited);
        fail(504, "the replica did not answer in time");
      }
    } else if (now - progress > timeouts.body().toNanos()) {
      boolean upstreamWaits =
          !with.channel.isWritable()
              || (client.head().expectsContinue() && client.requestBytes() == 0);
      if (upstreamWaits) {
        upstream.failed(waited);
        fail(504, "the replica did not take the request in time");
      } else {
        fail(408, "the request body took too long");
      }
    }
  }

  private void checkResponding(long now) {
    Timeouts timeouts = settings.timeouts();
    long patience = client.isWritable() ? timeouts.silence().toNanos() : timeouts.body().toNanos();
    if (now - progress > patience) {
      failUnwritten(504, "the replica did not finish its answer in time");
    }
  }

  private void recordWhenWritten() {
    requestBytes = client.requestBytes(); // The next request will reset it.
    client.whenWritten(this::record);
  }

  private void record() {
    if (client.isRefresh()) {
      loop.edge().refreshEnded();
      return;
    }
    Exchange exchange =
        new Exchange(
            startEpochNanos,
            upstream.service(),
            upstream.instance(),
            method,
            loop.edge().routeNames().name(path, status),
            path,
            status,
            loop.now() - start,
            upstream.responseNanos(),
            requestBytes,
            responseBytes,
            trace,
            parent);
    loop.edge().exchangeEnded(exchange, asked, cache.outcome(), cache.isKept(), limits, caller);
  }
}
