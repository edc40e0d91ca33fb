package dev.headroom.gateway.proxy;

import dev.headroom.gateway.cache.Answer;
import dev.headroom.gateway.cache.CacheOutcome;
import dev.headroom.gateway.cache.CacheRule;
import dev.headroom.gateway.cache.Draft;
import dev.headroom.gateway.cache.Fill;
import dev.headroom.gateway.cache.StoredResponse;
import dev.headroom.gateway.http.AddedFields;
import dev.headroom.gateway.http.BodyReader;
import dev.headroom.gateway.http.Framing;
import dev.headroom.gateway.http.PathPattern;
import dev.headroom.gateway.http.ProblemResponse;
import dev.headroom.gateway.http.Refusal;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.http.ResponseHead;
import dev.headroom.gateway.http.ResponseHead.Persistence;
import dev.headroom.gateway.identity.Caller;
import dev.headroom.gateway.limits.LimitVerdict;
import dev.headroom.gateway.upstream.Cluster;
import dev.headroom.gateway.upstream.Upstream;
import dev.headroom.signals.Exchange;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on their way through the gateway.
 *
 * <p>Nothing of a response has been written to the client until {@link Phase#RESPONDING}: up to
 * there a failure can become another attempt or an error response, from there on only an abort.
 */
// A write or close that fails ends the channel, and channelInactive tells of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ProxyExchange implements AddedFields {
  private static final int MAX_ATTEMPTS = 6;

  /** Up to here a copy is cheaper than another piece for the kernel. */
  private static final int LARGEST_COPY = 4 * 1024;

  private static final int MAX_INTERIM_RESPONSES = 16;
  private static final ByteBuf CRLF = constant("\r\n");
  private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");

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

  private final ClientConnection client;
  private final Loop loop;
  private final Settings settings;
  private final long startEpochNanos;
  private final long start;
  private final String method;
  private final String path;
  private final boolean toHead;
  private final boolean http10;
  private final TraceContext trace;
  private final Optional<SpanId> parent;
  private final Caller caller;
  private final @Nullable LimitVerdict limits;

  private @Nullable CacheStep cacheStep;
  private @Nullable CacheOutcome cacheOutcome;

  /** The response is written down first, and the client answered from the cache. */
  private boolean deferred;

  private boolean kept;
  private boolean affine;
  private boolean setsCookie;
  private Phase phase = Phase.CHOOSING;
  private @Nullable Cluster cluster;
  private @Nullable Upstream upstream;
  private @Nullable UpstreamConnection connection;

  /** The request counts as running at {@link #upstream}. */
  private boolean counted;

  private List<Upstream> tried = List.of();
  private int attempts;
  private boolean onlyFresh;
  private boolean requestDone;
  private int interimResponses;
  private boolean closeAfter;
  private boolean wrapChunks;
  private boolean closeDelimited;
  private int status;
  private long sentAt;
  private long upstreamNanos;
  private long requestBytes;
  private long responseBytes;
  private long progress;
  private ChannelFuture lastWrite;

  /**
   * @param start when the head began to arrive
   */
  ProxyExchange(ClientConnection client, Loop loop, long start) {
    this.client = client;
    this.loop = loop;
    this.settings = loop.settings();
    this.start = start;
    this.progress = start;
    this.startEpochNanos = loop.edge().time().epochNanos() - (loop.now() - start);
    RequestHead head = client.head;
    this.method = head.method();
    this.path = head.path();
    this.toHead = head.isHead();
    this.http10 = head.isHttp10();
    Optional<TraceContext> continued =
        Optional.ofNullable(head.traceparent()).flatMap(TraceContext::parse);
    this.trace = loop.edge().traces().next(continued, loop.random());
    this.parent = continued.map(TraceContext::spanId);
    this.caller = settings.identities().identify(head, loop.tokens(), startEpochNanos / 1_000_000);
    this.limits = settings.limiter().isEmpty() ? null : new LimitVerdict();
    this.lastWrite = client.channel.newSucceededFuture();
  }

  /** Checks the limits, looks into the cache, chooses service and replica, and sends. */
  void start() {
    loop.edge().exchangeBegan();
    requestDone = client.body.isDone();
    if (client.mustRedirect()) {
      redirect();
      return;
    }
    Cluster its = settings.routes().find(path);
    cluster = its;
    if (isOverLimit()) {
      fail(429, limits == null ? "" : limits.detail());
    } else if (its == null) {
      fail(404, "no service answers this path");
    } else {
      affine = settings.affinity().covers(path);
      lookIntoCache();
    }
  }

  private void redirect() {
    String host = client.head.host();
    int port = host.lastIndexOf(':');
    String name = port > host.lastIndexOf(']') ? host.substring(0, port) : host;
    String location = "https://" + name + settings.securePort() + client.head.target();
    fail(308, "use HTTPS", out -> AddedFields.write(out, "Location: " + location + "\r\n"));
  }

  private boolean isOverLimit() {
    if (limits == null) {
      return false;
    }
    settings
        .limiter()
        .check(caller, client.address(), PathPattern.canonical(path), method, loop.now(), limits);
    return limits.isRefused();
  }

  private void lookIntoCache() {
    Optional<CacheRule> rule = CacheRule.find(settings.cacheRules(), path);
    if (rule.isPresent() && (client.head.isGet() || toHead)) {
      cacheStep =
          CacheStep.begin(loop, client.head, rule.get(), path, caller, client.isSecure())
              .orElse(null);
      cacheOutcome = cacheStep == null ? CacheOutcome.BYPASS : CacheOutcome.MISS;
    }
    proceed();
  }

  private void proceed() {
    CacheStep step = cacheStep;
    CacheStep.Next next = step == null ? CacheStep.Next.FORWARD : step.look(this::lookAgain);
    switch (next) {
      case SERVE -> serve(Objects.requireNonNull(step).takeFound());
      case WAIT -> phase = Phase.WAITING;
      case FORWARD -> attempt(Objects.requireNonNull(cluster));
    }
  }

  private void lookAgain(Fill.End end) {
    if (phase == Phase.WAITING && cacheStep != null) {
      phase = Phase.CHOOSING;
      cacheStep.waited(end);
      proceed();
    }
  }

  /* Answers from the cache; takes the response. */
  private void serve(StoredResponse stored) {
    if (cacheStep != null) {
      cacheOutcome = cacheStep.outcome();
    }
    phase = Phase.OVER;
    Answer answer = stored.answer(client.head);
    status = answer.status();
    closeAfter = !client.head.isKeepAlive() || loop.edge().isClosing();
    int length = toHead ? 0 : answer.bodyBytes();
    boolean small = length <= LARGEST_COPY;
    ByteBuf out = client.channel.alloc().buffer(768 + (small ? length : 0));
    answer.writeHead(out);
    long now = loop.now();
    AddedFields.write(out, "Age: ");
    AddedFields.write(out, Long.toString(answer.ageSeconds(now)));
    AddedFields.write(out, "\r\n");
    writeTo(out);
    persistence().writeTo(out);
    out.writeByte('\r').writeByte('\n');
    if (small) {
      if (length > 0) {
        answer.copyBody(out);
      }
      lastWrite = client.channel.writeAndFlush(out);
    } else {
      client.channel.write(out);
      lastWrite = client.channel.writeAndFlush(answer.body());
    }
    responseBytes = length;
    stored.release();
    closeCacheStep(Fill.End.ABANDONED);
    recordWhenWritten();
    client.exchangeDone(!closeAfter, requestDone, lastWrite);
  }

  /** What the gateway says of its own in a response. */
  @Override
  public void writeTo(ByteBuf out) {
    if (limits != null) {
      limits.writeTo(out);
    }
    if (cacheOutcome != null) {
      AddedFields.write(out, "Cache-Status: headroom; ");
      AddedFields.write(out, cacheOutcome.status());
      AddedFields.write(out, "\r\n");
    }
    if (setsCookie && upstream != null && status < 500) {
      settings.affinity().writeCookie(out, upstream, client.isSecure());
    }
    if (client.isSecure()) {
      AddedFields.write(out, settings.strictTransport());
    }
  }

  private void closeCacheStep(Fill.End end) {
    if (cacheStep != null) {
      cacheStep.close(end);
    }
  }

  private void attempt(Cluster its) {
    attempts++;
    Upstream chosen = choose(its);
    upstream = chosen;
    counted = chosen != null;
    if (chosen == null) {
      fail(503, "service " + its.service() + " has no replica now");
      return;
    }
    phase = Phase.CHOOSING;
    UpstreamConnection pooled = onlyFresh ? null : loop.take(chosen);
    if (pooled != null) {
      send(pooled);
    } else {
      loop.connect(chosen, this);
    }
  }

  private @Nullable Upstream choose(Cluster its) {
    if (affine) {
      Upstream known = settings.affinity().replica(client.head, its, tried);
      setsCookie = known == null;
      if (known != null) {
        return known;
      }
    }
    return its.begin(tried, loop.random(), hash());
  }

  /* What balance: hash goes by. */
  private long hash() {
    long known = caller.hash(settings.hashKey());
    return known != 0 ? known : client.address().hash();
  }

  /** A connection that this exchange has asked for is there. */
  void connected(UpstreamConnection fresh) {
    if (phase == Phase.CHOOSING && fresh.upstream == upstream) {
      send(fresh);
    } else {
      fresh.leave(true, loop.now()); // The client left meanwhile.
    }
  }

  /** A connection that this exchange has asked for cannot be made. */
  void connectFailed(Upstream failed) {
    if (cluster != null) {
      cluster.suspect(failed);
    }
    if (phase == Phase.CHOOSING && failed == upstream) {
      failed.failed(0, loop.now());
      noteFailure(failed);
      // No byte was sent, so any method may be sent elsewhere.
      tryElsewhere(failed, 502, "no connection to a replica");
    }
  }

  private void tryElsewhere(Upstream failed, int otherwise, String detail) {
    long now = loop.now();
    boolean time = now - start < settings.timeouts().response().toNanos();
    if (cluster == null || attempts >= MAX_ATTEMPTS || !time) {
      fail(otherwise, detail);
      return;
    }
    leaveUpstream(false);
    List<Upstream> failedSoFar = new ArrayList<>(tried);
    failedSoFar.add(failed);
    tried = failedSoFar;
    attempt(cluster);
  }

  private void send(UpstreamConnection with) {
    phase = Phase.SENT;
    connection = with;
    with.lease(this);
    ByteBuf out = with.channel.alloc().buffer(1024);
    client.head.writeTo(
        out,
        client.ownAuthority(),
        client.forwardedFields(),
        cacheStep == null ? "" : cacheStep.prepareRequest(),
        trace.traceparent(),
        parent.isPresent());
    sentAt = loop.now();
    progress = sentAt;
    with.channel.write(out);
    if (requestDone) {
      with.channel.flush();
    } else {
      client.drive();
      pumpRequest();
    }
  }

  /** Forwards what has been read of the request's body, as far as the replica takes it. */
  void pumpRequest() {
    UpstreamConnection to = connection;
    if (requestDone || to == null) {
      return;
    }
    BodyReader body = client.body;
    try {
      while (to.channel.isWritable()) {
        ByteBuf piece = body.read(client.in.bytes(), to.channel.alloc());
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
    if (body.isDone()) {
      requestDone = true;
      sentAt = loop.now();
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
    UpstreamConnection from = connection;
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
      from.upstream.failed(0, loop.now());
      noteFailure(from.upstream);
      if (deferred) {
        phase = Phase.SENT; // Nothing of it has been written.
      }
      fail(502, "the replica answered with " + refusal.detail());
    }
  }

  /* Whether the final head is there; passes interim ones on. */
  private boolean readResponseHead(UpstreamConnection from) throws Refusal {
    ResponseHead head = from.head;
    while (head.feed(from.in.bytes(), toHead)) {
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
      if (!http10) {
        ByteBuf out = client.channel.alloc().buffer(256);
        head.writeTo(out, false, Persistence.STAYS, AddedFields.NONE);
        client.channel.writeAndFlush(out);
      }
      head.reset();
    }
    return false;
  }

  private void beginResponse(UpstreamConnection from) {
    ResponseHead head = from.head;
    long now = loop.now();
    status = head.status();
    upstreamNanos = now - sentAt;
    if (status >= 500) {
      from.upstream.failed(upstreamNanos, now);
      noteFailure(from.upstream);
    } else {
      from.upstream.answered(upstreamNanos, now);
      from.upstream.succeeded();
    }
    if (!client.head.isSafe() && status < 400) {
      loop.edge().invalidate(client.head, head, path, caller);
    }
    if (cacheStep != null) {
      Draft.Moments moments =
          new Draft.Moments(sentAt, now, loop.edge().time().now().toEpochMilli());
      if (cacheStep.isConfirmedBy(head)) {
        StoredResponse confirmed = cacheStep.confirmed(head, moments);
        kept = true;
        leaveUpstream(head.isKeepAlive());
        serve(confirmed);
        return;
      }
      if (cacheStep.begin(head, moments)) {
        deferred = cacheStep.answersFromCache(head);
      }
    }
    boolean writing = cacheStep != null && cacheStep.isWriting();
    phase = Phase.RESPONDING;
    from.body.start(head.framing(), head.contentLength(), !http10 && !writing);
    if (deferred) {
      return;
    }
    boolean open = head.framing() == Framing.CHUNKED || head.framing() == Framing.UNTIL_CLOSE;
    // What is written down has lost its chunks: they are made anew.
    wrapChunks =
        !http10
            && (head.framing() == Framing.UNTIL_CLOSE
                || (writing && head.framing() == Framing.CHUNKED));
    closeDelimited = open && http10;
    closeAfter =
        closeDelimited || !requestDone || !client.head.isKeepAlive() || loop.edge().isClosing();
    ByteBuf out = client.channel.alloc().buffer(1024);
    head.writeTo(out, open && !http10, persistence(), this);
    lastWrite = client.channel.write(out);
  }

  private void noteFailure(Upstream failed) {
    if (cluster != null) {
      cluster.failed(failed);
    }
  }

  private Persistence persistence() {
    if (closeAfter) {
      return Persistence.CLOSES;
    }
    return http10 ? Persistence.STAYS_ALOUD : Persistence.STAYS;
  }

  private void pumpResponse(UpstreamConnection from) throws Refusal {
    ByteBuf piece = from.body.read(from.in.bytes(), client.channel.alloc());
    while (piece != null) {
      if (cacheStep != null) {
        cacheStep.add(piece);
      }
      if (deferred) {
        piece.release();
      } else if (wrapChunks) {
        ByteBuf size = client.channel.alloc().buffer(16);
        BodyReader.writeSize(size, piece.readableBytes());
        client.channel.write(size);
        client.channel.write(piece);
        lastWrite = client.channel.write(CRLF.duplicate());
      } else {
        lastWrite = client.channel.write(piece);
      }
      piece = from.body.read(from.in.bytes(), client.channel.alloc());
    }
    if (from.body.isDone()) {
      finishResponse(from, from.head.isKeepAlive());
    } else if (!client.channel.isWritable() && !isFetchedForOthers()) {
      from.channel.config().setAutoRead(false);
    }
  }

  /* Others may wait for what this client is slow to take; the size of what is kept bounds it. */
  private boolean isFetchedForOthers() {
    return cacheStep != null && cacheStep.isWriting();
  }

  /** The client takes more of the response. */
  void clientWritable() {
    progress = loop.now();
    if (connection != null) {
      connection.channel.config().setAutoRead(true);
    }
  }

  void flushClient() {
    client.channel.flush();
  }

  private void finishResponse(UpstreamConnection from, boolean reusable) {
    if (deferred) {
      phase = Phase.WAITING;
      leaveUpstream(reusable && requestDone);
      Objects.requireNonNull(cacheStep).finish(this::serveKept);
      return;
    }
    phase = Phase.OVER;
    responseBytes = from.body.payloadBytes();
    if (wrapChunks) {
      lastWrite = client.channel.write(LAST_CHUNK.duplicate());
    }
    leaveUpstream(reusable && requestDone);
    client.channel.flush();
    if (cacheStep != null && cacheStep.isWriting()) {
      kept = true;
      cacheStep.finish(StoredResponse::release);
    }
    closeCacheStepUnlessKept();
    recordWhenWritten();
    client.exchangeDone(!closeAfter, requestDone, lastWrite);
  }

  private void closeCacheStepUnlessKept() {
    if (!kept) {
      closeCacheStep(Fill.End.UNSTORABLE);
    }
  }

  private void serveKept(StoredResponse stored) {
    if (phase == Phase.WAITING) {
      kept = true;
      serve(stored);
    } else {
      stored.release(); // The client left meanwhile.
    }
  }

  /* Lets go of connection and replica; the connection is closed unless it is fit for another. */
  private void leaveUpstream(boolean reusable) {
    long now = loop.now();
    UpstreamConnection its = connection;
    connection = null;
    if (its != null) {
      its.leave(reusable, now);
    }
    if (upstream != null && counted) {
      counted = false;
      upstream.end(now);
    }
  }

  private void becomeTunnel(UpstreamConnection with) throws Refusal {
    if (!client.head.asksForWebSocket()) {
      throw new Refusal(502, "a 101 that nobody asked for");
    }
    long now = loop.now();
    status = 101;
    upstreamNanos = now - sentAt;
    with.upstream.answered(upstreamNanos, now);
    phase = Phase.OVER;
    // From here on it is no request that a replica works on, and does not keep it from draining.
    counted = false;
    with.upstream.end(now);
    connection = null;
    ByteBuf out = client.channel.alloc().buffer(512);
    with.head.writeTo(out, false, Persistence.UPGRADES, this);
    lastWrite = client.channel.writeAndFlush(out);
    recordWhenWritten();
    Tunnel tunnel = new Tunnel(client, with, loop);
    with.becomeTunnel(tunnel);
    tunnel.fromUpstream();
    client.becomeTunnel(tunnel);
  }

  /** The connection to the replica has ended. */
  void upstreamGone() {
    UpstreamConnection gone = connection;
    if (gone == null || phase == Phase.OVER) {
      return;
    }
    if (phase == Phase.RESPONDING) {
      if (gone.head.framing() == Framing.UNTIL_CLOSE && !gone.wasReset()) {
        finishResponse(gone, false);
      } else if (deferred) {
        gone.upstream.failed(0, loop.now());
        noteFailure(gone.upstream);
        phase = Phase.SENT; // Nothing of it has been written.
        fail(502, "the replica cut its answer");
      } else {
        gone.upstream.failed(0, loop.now());
        noteFailure(gone.upstream);
        abort();
      }
      return;
    }
    boolean untouched = gone.head.isEmpty() && interimResponses == 0;
    boolean repeatable = client.head.isIdempotent() && client.head.framing() == Framing.NONE;
    if (!gone.isReused()) {
      gone.upstream.failed(0, loop.now());
      noteFailure(gone.upstream);
    }
    if (!untouched || !repeatable || cluster == null) {
      fail(502, "the replica closed the connection instead of answering");
    } else if (gone.isReused() && attempts < MAX_ATTEMPTS) {
      // The connection had been idle and the replica's close crossed the request: no verdict on
      // the replica. Others may be as stale, so a new one.
      onlyFresh = true;
      leaveUpstream(false);
      attempt(cluster);
    } else {
      tryElsewhere(gone.upstream, 502, "the replica closed the connection instead of answering");
    }
  }

  /** The client has gone; nobody waits for the response. */
  void clientGone() {
    if (phase == Phase.OVER) {
      return;
    }
    long now = loop.now();
    if (phase == Phase.SENT && upstream != null && now - sentAt > 1_000_000_000L) {
      upstream.answered(now - sentAt, now); // At least as slow as the client was patient.
    }
    end(499);
    requestBytes = client.body.payloadBytes();
    record();
  }

  private void abort() {
    end(502);
    requestBytes = client.body.payloadBytes();
    client.abort(closeDelimited);
    record();
  }

  private void end(int finalStatus) {
    if (connection != null) {
      responseBytes = phase == Phase.RESPONDING ? connection.body.payloadBytes() : 0;
    }
    phase = Phase.OVER;
    status = finalStatus;
    leaveUpstream(false);
    // Who waits for this fill: another may lead when only the client has gone.
    closeCacheStep(finalStatus == 499 ? Fill.End.ABANDONED : Fill.End.FAILED);
  }

  /* Answers for the replica, when nothing of its response has been written. */
  private void fail(int problem, String detail) {
    fail(problem, detail, this);
  }

  private void fail(int problem, String detail, AddedFields added) {
    if (phase == Phase.RESPONDING) {
      abort();
      return;
    }
    end(problem);
    closeAfter = !requestDone || !client.head.isKeepAlive() || loop.edge().isClosing();
    ByteBuf out = client.channel.alloc().buffer(512);
    responseBytes = ProblemResponse.write(out, problem, detail, !toHead, closeAfter, http10, added);
    lastWrite = client.channel.writeAndFlush(out);
    recordWhenWritten();
    client.exchangeDone(!closeAfter, requestDone, lastWrite);
  }

  /** Ends what has waited too long. */
  void check(long now) {
    Timeouts timeouts = settings.timeouts();
    UpstreamConnection with = connection;
    if (phase == Phase.WAITING && now - start > timeouts.response().toNanos()) {
      fail(504, "no answer in time for a request that waited for another's");
      return;
    }
    if (with == null) {
      return; // Netty watches over the connecting.
    }
    if (phase == Phase.SENT && requestDone) {
      if (now - sentAt > timeouts.response().toNanos()) {
        with.upstream.failed(now - sentAt, now);
        noteFailure(with.upstream);
        fail(504, "the replica did not answer in time");
      }
    } else if (phase == Phase.SENT) {
      boolean upstreamWaits =
          !with.channel.isWritable()
              || (client.head.expectsContinue() && client.body.payloadBytes() == 0);
      if (now - progress > timeouts.body().toNanos()) {
        if (upstreamWaits) {
          with.upstream.failed(now - sentAt, now);
          noteFailure(with.upstream);
          fail(504, "the replica did not take the request in time");
        } else {
          fail(408, "the request body took too long");
        }
      }
    } else if (phase == Phase.RESPONDING) {
      long patience =
          client.channel.isWritable() ? timeouts.silence().toNanos() : timeouts.body().toNanos();
      if (now - progress > patience && deferred) {
        phase = Phase.SENT; // Nothing of it has been written.
        fail(504, "the replica did not finish its answer in time");
      } else if (now - progress > patience) {
        abort();
      }
    }
  }

  private void recordWhenWritten() {
    requestBytes = client.body.payloadBytes(); // The next request will reset it.
    if (lastWrite.isDone()) {
      record();
    } else {
      lastWrite.addListener(written -> record());
    }
  }

  private void record() {
    long now = loop.now();
    Exchange exchange =
        new Exchange(
            startEpochNanos,
            cluster == null ? "" : cluster.service(),
            upstream == null ? "" : upstream.instance(),
            method,
            loop.edge().routeNames().name(path, status),
            path,
            status,
            now - start,
            upstreamNanos,
            requestBytes,
            responseBytes,
            trace,
            parent);
    loop.edge().exchangeEnded(exchange, cacheOutcome, kept, limits, caller);
  }

  private static ByteBuf constant(String text) {
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII)).asReadOnly());
  }
}
