package dev.headroom.gateway.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;

/** A WebSocket: bytes go both ways unread, each side may end its half, until both have. */
// A write or close that fails ends the channel, and channelInactive tells of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class Tunnel {
  private final ClientConnection client;
  private final UpstreamConnection upstream;
  private final Loop loop;
  private boolean clientFinished;
  private boolean upstreamFinished;
  private long progress;

  Tunnel(ClientConnection client, UpstreamConnection upstream, Loop loop) {
    this.client = client;
    this.upstream = upstream;
    this.loop = loop;
    this.progress = loop.now();
    client.channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    upstream.channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
  }

  /** Forwards what the client has sent. */
  void fromClient() {
    pump(client.in, client.channel, upstream.channel);
    upstream.channel.flush();
  }

  /** Forwards what the replica has sent; {@link #flushClient} follows. */
  void fromUpstream() {
    pump(upstream.in, upstream.channel, client.channel);
  }

  private void pump(Pending from, SocketChannel source, SocketChannel sink) {
    progress = loop.now();
    if (!from.isEmpty()) {
      sink.write(from.take());
    }
    if (!sink.isWritable()) {
      source.config().setAutoRead(false);
    }
  }

  void flushClient() {
    client.channel.flush();
  }

  void clientWritable() {
    progress = loop.now();
    upstream.channel.config().setAutoRead(true);
  }

  void upstreamWritable() {
    progress = loop.now();
    client.channel.config().setAutoRead(true);
  }

  /** The client sends nothing more. */
  void clientFinished() {
    clientFinished = true;
    upstream.channel.shutdownOutput();
    closeWhenBothFinished();
  }

  /** The replica sends nothing more. */
  void upstreamFinished() {
    upstreamFinished = true;
    client.finishOutput();
    closeWhenBothFinished();
  }

  private void closeWhenBothFinished() {
    if (clientFinished && upstreamFinished) {
      close();
    }
  }

  void check(long now) {
    if (now - progress > loop.settings().timeouts().tunnel().toNanos()) {
      close();
    }
  }

  /** Ends both sides, after what is still to be written. */
  void close() {
    for (SocketChannel channel : new SocketChannel[] {client.channel, upstream.channel}) {
      if (channel.isActive()) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      }
    }
  }
}
