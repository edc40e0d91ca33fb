package dev.headroom.router.pool;

import dev.headroom.pgwire.BackendMessage.BackendKeyData;
import dev.headroom.router.Member;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An authenticated connection to a member. Belongs to one event loop. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
public final class ServerConnection extends ChannelInboundHandlerAdapter {
  private static final int MAX_PREPARED = 500;

  private final ServerPool pool;
  private final Channel channel;
  private final BackendKeyData key;
  private final Map<String, String> parameters;
  private final LinkedHashMap<PreparedText, Boolean> prepared =
      new LinkedHashMap<>(64, 0.75f, true);
  private Settings settings = Settings.NONE;
  private @Nullable PreparedText unnamed;
  private @Nullable ServerUser user;
  private boolean unfit;
  private boolean toReset;
  private boolean lent;
  private long lentSince;
  private long openedAt;
  private long idleSince;

  ServerConnection(
      ServerPool pool, Channel channel, BackendKeyData key, Map<String, String> parameters) {
    this.pool = pool;
    this.channel = channel;
    this.key = key;
    this.parameters = new HashMap<>(parameters);
  }

  public Member member() {
    return pool.member();
  }

  public BackendKeyData key() {
    return key;
  }

  public Channel channel() {
    return channel;
  }

  /** What the server has reported, kept up to date by who uses it. */
  public Map<String, String> parameters() {
    return parameters;
  }

  /** Settings of a client that hold here. */
  public Settings settings() {
    return settings;
  }

  public void settings(Settings now) {
    settings = now;
  }

  /** Is it prepared here? Counts as a use. */
  public boolean knows(PreparedText text) {
    return text.name().isEmpty() ? text.equals(unnamed) : prepared.get(text) != null;
  }

  /** It is prepared here now. */
  public void learned(PreparedText text) {
    if (text.name().isEmpty()) {
      unnamed = text;
    } else {
      prepared.put(text, true);
    }
  }

  public void forgot(PreparedText text) {
    if (text.equals(unnamed)) {
      unnamed = null;
    }
    prepared.remove(text);
  }

  /** A simple query ends the unnamed statement. */
  public void forgotUnnamed() {
    unnamed = null;
  }

  public void forgotAll() {
    unnamed = null;
    prepared.clear();
  }

  /** The least used statement when there are too many: it should be closed. */
  public Optional<PreparedText> tooMany() {
    return prepared.size() <= MAX_PREPARED
        ? Optional.empty()
        : Optional.of(prepared.firstEntry().getKey());
  }

  void opened(long now) {
    openedAt = now;
  }

  long openedAt() {
    return openedAt;
  }

  void lend(ServerUser to, long now) {
    user = to;
    lentSince = now;
    lent = true;
  }

  /** How long its user has had it; 0 when it has none. */
  long lentFor(long now) {
    return lent ? now - lentSince : 0;
  }

  void takeBack(long now) {
    user = null;
    lent = false;
    idleSince = now;
  }

  long idleSince() {
    return idleSince;
  }

  /** Something of a client may have stayed behind: no other client gets it. */
  public void unfit() {
    unfit = true;
  }

  /** Whatever its client has left behind is discarded before the next one gets it. */
  public void reset() {
    toReset = true;
  }

  boolean isToReset() {
    return toReset;
  }

  void wasReset() {
    toReset = false;
    settings = Settings.NONE;
    forgotAll();
  }

  ServerFigures figures(long now) {
    long since = lent ? lentSince : idleSince;
    return new ServerFigures(
        pool.name(),
        lent ? "active" : "idle",
        key.processId(),
        (now - since) / 1_000_000,
        prepared.size(),
        channel.pipeline().get("tls") != null);
  }

  boolean isFit() {
    return !unfit && channel.isActive();
  }

  /** A request was answered well, in {@code nanos}. */
  public void answered(long nanos) {
    pool.answered(nanos);
  }

  /** Gives it back; it is closed when it is not fit for another client. */
  public void release() {
    pool.release(this);
  }

  public void close() {
    unfit = true;
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ServerUser current = user;
    if (current != null) {
      current.received((ByteBuf) message);
    } else {
      // Nobody asked: a parameter, a notice, or the announcement that it shuts down.
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    ServerUser current = user;
    if (current != null) {
      current.receivedAll();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    ServerUser current = user;
    if (current != null) {
      current.writabilityChanged(channel.isWritable());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    lost("connection to " + member().name() + " was closed by the server");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    lost("connection to " + member().name() + ": " + cause.getMessage());
    channel.close();
  }

  private void lost(String reason) {
    boolean wasFit = !unfit;
    unfit = true;
    ServerUser current = user;
    user = null;
    pool.lost(this, wasFit, reason);
    if (current != null) {
      current.lost(reason);
    }
  }
}
