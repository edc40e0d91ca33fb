package dev.headroom.router.session;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.ErrorFields;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.pgwire.MessageFramer;
import dev.headroom.pgwire.ProtocolException;
import dev.headroom.router.pool.LoginPools;
import dev.headroom.router.pool.ServerConnection;
import dev.headroom.router.pool.Settings;
import dev.headroom.router.pool.Waiter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hears notifications for all clients of one login on one event loop, on a connection to the
 * primary that is nobody's and no part of the pool. When it is lost its clients are told, as
 * PostgreSQL would tell them by closing theirs: what was notified meanwhile cannot be had again.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class NotificationHub implements Waiter {
  private static final int AGAIN_MILLIS = 50;
  private static final long MIN_WAIT = TimeUnit.SECONDS.toNanos(10);
  private static final int MAX_MESSAGE = 1 << 20;

  /** A client that listens. */
  interface Subscriber {
    void notified(BackendMessage.NotificationResponse notification);

    boolean hasLeft();

    /** It hears no more. */
    void lost(String why);
  }

  /** Is told how a change ended. */
  interface Done {

    /** It holds, unless there is an error. */
    void done(@Nullable ErrorFields error);
  }

  private record Command(String sql, Done done) {}

  private final Lane lane;
  private final LoginPools pools;
  private final EventLoop loop;
  private final Map<String, Set<Subscriber>> channels = new HashMap<>();
  private final Deque<Command> unsent = new ArrayDeque<>();
  private final Deque<Command> sent = new ArrayDeque<>();
  private MessageFramer framer = new MessageFramer(MAX_MESSAGE);
  private @Nullable ServerConnection connection;
  private @Nullable ErrorFields error;
  private boolean opening;
  private long openingSince;

  NotificationHub(Lane lane, LoginPools pools, EventLoop loop) {
    this.lane = lane;
    this.pools = pools;
    this.loop = loop;
  }

  boolean hears(Subscriber subscriber) {
    return channels.values().stream().anyMatch(those -> those.contains(subscriber));
  }

  /**
   * Makes the changes, in their order. When it is done, all that was notified before has been told.
   */
  void change(Subscriber subscriber, List<ChannelChange> changes, Done done) {
    StringBuilder sql = new StringBuilder();
    Set<String> wanted = new LinkedHashSet<>();
    for (ChannelChange change : changes) {
      if (change.listens()) {
        wanted.add(change.channel());
      } else if (change.channel().isEmpty()) {
        wanted.clear();
        List.copyOf(channels.keySet()).forEach(channel -> remove(subscriber, channel, sql));
      } else {
        wanted.remove(change.channel());
        remove(subscriber, change.channel(), sql);
      }
    }
    wanted.forEach(channel -> sql.append("LISTEN ").append(quote(channel)).append(';'));
    if (sql.isEmpty() && connection == null) {
      done.done(null);
      return;
    }
    // An empty query is answered too, behind all that has been notified.
    run(
        sql.toString(),
        failure -> {
          if (failure == null && !subscriber.hasLeft()) {
            wanted.forEach(
                channel ->
                    channels.computeIfAbsent(channel, c -> new LinkedHashSet<>()).add(subscriber));
          }
          done.done(failure);
        });
  }

  private void remove(Subscriber subscriber, String channel, StringBuilder sql) {
    Set<Subscriber> those = channels.get(channel);
    if (those != null && those.remove(subscriber) && those.isEmpty()) {
      channels.remove(channel);
      sql.append("UNLISTEN ").append(quote(channel)).append(';');
    }
  }

  /** The client has left. */
  void forget(Subscriber subscriber) {
    StringBuilder sql = new StringBuilder();
    List.copyOf(channels.keySet()).forEach(channel -> remove(subscriber, channel, sql));
    if (!sql.isEmpty()) {
      run(sql.toString(), failure -> {});
    }
  }

  private static String quote(String channel) {
    return '"' + channel.replace("\"", "\"\"") + '"';
  }

  private void run(String sql, Done done) {
    Command command = new Command(sql, done);
    ServerConnection present = connection;
    if (present != null) {
      send(present, command);
      return;
    }
    unsent.add(command);
    if (!opening) {
      opening = true;
      openingSince = lane.time.nanoTime();
      pools.acquireBeside(this);
    }
  }

  private void send(ServerConnection to, Command command) {
    sent.add(command);
    to.channel()
        .writeAndFlush(
            Unpooled.wrappedBuffer(new FrontendMessage.Query(command.sql).encode()),
            to.channel().voidPromise());
  }

  @Override
  public Settings settings() {
    return Settings.NONE;
  }

  @Override
  public void granted(ServerConnection granted) {
    opening = false;
    connection = granted;
    framer = new MessageFramer(MAX_MESSAGE);
    error = null;
    for (Command command = unsent.poll(); command != null; command = unsent.poll()) {
      send(granted, command);
    }
  }

  @Override
  public void refused(String reason) {
    long bound = Math.max(MIN_WAIT, lane.spec().queueTimeout().toNanos());
    long waited = lane.time.nanoTime() - openingSince;
    if (waited < bound) {
      loop.schedule(() -> pools.acquireBeside(this), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      denied(Replies.queueTimeout(TimeUnit.NANOSECONDS.toMillis(waited), reason));
    }
  }

  @Override
  public void denied(ErrorFields why) {
    opening = false;
    List<Command> failed = new ArrayList<>(unsent);
    unsent.clear();
    failed.forEach(command -> command.done.done(why));
  }

  @Override
  public void received(ByteBuf bytes) {
    byte[] chunk = new byte[bytes.readableBytes()];
    bytes.readBytes(chunk);
    bytes.release();
    try {
      framer.append(chunk, 0, chunk.length);
      for (MessageFramer.Frame frame = framer.next(); frame != null; frame = framer.next()) {
        message(BackendMessage.decode(frame.type(), frame.payload()));
      }
    } catch (ProtocolException e) {
      ServerConnection present = connection;
      if (present != null) {
        present.close();
      }
    }
  }

  private void message(BackendMessage message) {
    switch (message) {
      case BackendMessage.NotificationResponse heard -> {
        Set<Subscriber> those = channels.getOrDefault(heard.channel(), Set.of());
        // One of them may end by it.
        List.copyOf(those).forEach(each -> each.notified(heard));
      }
      case BackendMessage.ErrorResponse e -> error = e.fields();
      case BackendMessage.ReadyForQuery ready -> {
        ErrorFields failure = error;
        error = null;
        Command command = sent.poll();
        if (command != null) {
          command.done.done(failure);
        }
        closeUnused();
      }
      default -> {
        // Tags of LISTEN, parameters, notices.
      }
    }
  }

  private void closeUnused() {
    ServerConnection present = connection;
    if (present != null && channels.isEmpty() && sent.isEmpty()) {
      connection = null;
      present.unfit();
      present.release();
    }
  }

  @Override
  public void receivedAll() {}

  @Override
  public void writabilityChanged(boolean writable) {}

  @Override
  public void lost(String why) {
    connection = null;
    Set<Subscriber> all = new LinkedHashSet<>();
    channels.values().forEach(all::addAll);
    channels.clear();
    List<Command> failed = new ArrayList<>(sent);
    sent.clear();
    failed.forEach(command -> command.done.done(Replies.serverGone(why)));
    all.forEach(each -> each.lost(why));
  }
}
