package dev.headroom.router.session;

import dev.headroom.pgwire.ErrorFields;
import dev.headroom.router.Member;
import dev.headroom.router.pool.LoginPools;
import dev.headroom.router.pool.ServerConnection;
import dev.headroom.router.pool.Settings;
import dev.headroom.router.pool.Waiter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's claim on a server connection: from the wish for one, by way of the queue and of the
 * settings that are made on it, to its return. Belongs to the client's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // The timer's task does not fail.
final class ServerClaim implements Waiter {
  private static final int FRESH_AGAIN_MILLIS = 2;
  private static final int REFUSED_AGAIN_MILLIS = 20;

  /** Whose claim it is. */
  interface Holder {

    /** Where the connection shall lead; asked again after a refusal. Empty: ask in a moment. */
    Optional<Route> route();

    /** A member could not be reached. */
    void refused();

    /** The connection is there, with the client's settings. */
    void claimed(ServerConnection connection);

    /** There will be none. */
    void denied(ErrorFields why);

    /** Bytes from the server; the receiver releases them. */
    void received(ByteBuf bytes);

    void receivedAll();

    /** The server can take more. */
    void writable();

    /** The connection is gone. */
    void lost(String why);
  }

  private final Lane lane;
  private final LoginPools pools;
  private final Channel client;
  private final SessionState session;
  private final Holder holder;
  private final QueueWait wait;
  private @Nullable ServerConnection server;
  private @Nullable SettingsExchange settingUp;
  /* To be run once the settings are made; empty for nothing. */
  private String prelude = "";
  private boolean wanted;
  private boolean askedReplica;
  private long heldSince;

  ServerClaim(Lane lane, LoginPools pools, Channel client, SessionState session, Holder holder) {
    this.lane = lane;
    this.pools = pools;
    this.client = client;
    this.session = session;
    this.holder = holder;
    this.wait = new QueueWait(lane, pools, client.eventLoop(), this::waitedTooLong);
  }

  /** The connection that the client has, or null. */
  @Nullable ServerConnection connection() {
    return server;
  }

  /**
   * Wants one. Ends in {@link Holder#claimed} or {@link Holder#denied}, perhaps at once.
   *
   * @param first to be run before the client has it; empty for nothing
   */
  void want(String first) {
    prelude = first;
    wanted = true;
    wait.begin();
    ask();
    if (wanted) {
      wait.goOn();
    }
  }

  private void ask() {
    Optional<Route> route = holder.route();
    if (route.isEmpty()) {
      later(FRESH_AGAIN_MILLIS);
      return;
    }
    Member replica = route.get().replica();
    askedReplica = replica != null;
    if (replica == null) {
      pools.acquirePrimary(this);
    } else {
      pools.of(replica).acquire(this);
    }
  }

  private void later(int millis) {
    client
        .eventLoop()
        .schedule(
            () -> {
              if (wanted && server == null) {
                ask();
              }
            },
            millis,
            TimeUnit.MILLISECONDS);
  }

  /** No longer wants one. */
  void abandon() {
    wanted = false;
    wait.end();
    pools.forget(this);
  }

  private void waitedTooLong(Duration waited) {
    ErrorFields error = Replies.queueTimeout(waited.toMillis(), pools.describe());
    abandon();
    holder.denied(error);
  }

  /** Nanoseconds from the wish to the connection. */
  long waited() {
    return wait.elapsed();
  }

  /** When the connection was granted, or the last unit on it ended. */
  long heldSince() {
    return heldSince;
  }

  /** A unit on it has ended. */
  void unitEnded(long now) {
    heldSince = now;
  }

  @Override
  public Settings settings() {
    return session.settings();
  }

  @Override
  public void refused(String why) {
    holder.refused();
    later(REFUSED_AGAIN_MILLIS);
  }

  @Override
  public void denied(ErrorFields why) {
    if (askedReplica) {
      refused(why.toString());
    } else {
      abandon();
      holder.denied(why);
    }
  }

  @Override
  public void granted(ServerConnection connection) {
    wanted = false;
    wait.end();
    server = connection;
    heldSince = lane.time.nanoTime();
    connection.channel().config().setAutoRead(client.isWritable());
    String difference = session.settings().differenceFrom(connection.settings());
    if (difference.isEmpty()) {
      prepared(connection);
    } else {
      settingUp =
          SettingsExchange.begin(connection, session.settings(), difference, this::settingsOver);
    }
  }

  private void settingsOver(ServerConnection connection, @Nullable ErrorFields error) {
    settingUp = null;
    if (error == null) {
      prepared(connection);
      return;
    }
    connection.unfit();
    giveBack();
    if (askedReplica) {
      // It is behind: what the setting names is not there yet.
      askAgain(error.toString());
    } else {
      holder.denied(error);
    }
  }

  private void askAgain(String why) {
    wanted = true;
    wait.begin();
    wait.goOn();
    refused(why);
  }

  private void prepared(ServerConnection connection) {
    String first = prelude;
    prelude = "";
    if (first.isEmpty()) {
      holder.claimed(connection);
    } else {
      settingUp = SettingsExchange.begin(connection, session.settings(), first, this::settingsOver);
    }
  }

  /** The pool may have it back. */
  void giveBack() {
    ServerConnection connection = server;
    server = null;
    if (connection != null) {
      connection.channel().config().setAutoRead(true);
      connection.release();
    }
  }

  /** The client leaves: what it wanted is forgotten, what it had goes back. */
  void end() {
    abandon();
    SettingsExchange exchange = settingUp;
    settingUp = null;
    if (exchange != null) {
      exchange.end();
    }
    giveBack();
  }

  /** Is the connection still being given its settings? */
  boolean isSettingUp() {
    return settingUp != null;
  }

  @Override
  public void received(ByteBuf bytes) {
    SettingsExchange exchange = settingUp;
    if (exchange == null) {
      holder.received(bytes);
    } else {
      exchange.feed(bytes);
    }
  }

  @Override
  public void receivedAll() {
    holder.receivedAll();
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (writable) {
      holder.writable();
    }
  }

  @Override
  public void lost(String why) {
    server = null;
    SettingsExchange exchange = settingUp;
    settingUp = null;
    if (exchange == null) {
      holder.lost(why);
      return;
    }
    exchange.end();
    askAgain(why);
  }
}
