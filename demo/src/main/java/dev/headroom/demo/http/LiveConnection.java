package dev.headroom.demo.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

/** An open WebSocket; text goes out, what comes in is ignored. */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
public final class LiveConnection {
  private final Channel channel;

  LiveConnection(Channel channel) {
    this.channel = channel;
  }

  /** Sends, unless the client reads too slowly: then the message is dropped and false returned. */
  public boolean send(String text) {
    if (!channel.isWritable()) {
      return false;
    }
    channel.writeAndFlush(new TextWebSocketFrame(text), channel.voidPromise());
    return true;
  }

  /** Says "going away" (RFC 6455, 7.4.1) so that the client reconnects elsewhere. */
  public void goAway() {
    channel
        .writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE))
        .addListener(done -> channel.close());
  }
}
