package dev.headroom.router.session;

import dev.headroom.pgwire.ErrorFields;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.router.pool.ServerConnection;
import dev.headroom.router.pool.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Gives a server connection the settings of its next client, who sees nothing of it. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class SettingsExchange implements Answers.Handler {

  /** Is told how it ended. */
  interface Listener {

    /**
     * The server is ready again.
     *
     * @param error what it has refused, or null
     */
    void settingsOver(ServerConnection connection, @Nullable ErrorFields error);
  }

  private final ServerConnection connection;
  private final Settings wanted;
  private final Listener listener;
  private final Answers answers = new Answers(this);
  private @Nullable ErrorFields error;
  private boolean over;

  private SettingsExchange(ServerConnection connection, Settings wanted, Listener listener) {
    this.connection = connection;
    this.wanted = wanted;
    this.listener = listener;
  }

  /** Sends {@code difference}, which turns the connection's settings into {@code wanted}. */
  static SettingsExchange begin(
      ServerConnection connection, Settings wanted, String difference, Listener listener) {
    SettingsExchange exchange = new SettingsExchange(connection, wanted, listener);
    connection.forgotUnnamed();
    connection
        .channel()
        .writeAndFlush(
            Unpooled.wrappedBuffer(new FrontendMessage.Query(difference).encode()),
            connection.channel().voidPromise());
    return exchange;
  }

  void feed(ByteBuf in) {
    answers.feed(in);
    if (over) {
      over = false;
      if (error == null) {
        connection.settings(wanted);
      }
      listener.settingsOver(connection, error);
    }
  }

  /** The connection is gone, or nobody wants it any more. */
  void end() {
    answers.reset();
  }

  @Override
  public void bulk(byte type, int length) {
    // The rows of set_config.
  }

  @Override
  public boolean message(byte type, ByteBuf in, int index, int length) {
    switch (type) {
      case 'S' -> ServerMessages.report(connection, in, index, length);
      case 'E' -> error = ServerMessages.error(in, index, length);
      case 'Z' -> over = true;
      default -> {
        // CommandComplete and RowDescription of settings: nothing to know.
      }
    }
    return false;
  }

  @Override
  public @Nullable ByteBuf injection() {
    return null;
  }

  @Override
  public void pass(ByteBuf bytes) {
    bytes.release();
  }
}
