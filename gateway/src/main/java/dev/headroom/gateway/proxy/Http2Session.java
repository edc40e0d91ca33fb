package dev.headroom.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * A client's connection that speaks HTTP/2 (RFC 9113): many requests at a time, each a {@link
 * Http2Stream}. Frames, HPACK and flow control are Netty's, with its bounds on what attacks cost:
 * resets (rapid reset), continuations, empty frames, the size of heads.
 */
// A close that fails has ended the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http2Session {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final int MAX_STREAMS = 100;
  private static final int MAX_HEAD = 32 * 1024;
  private static final int WINDOW = 256 * 1024;
  private static final int MAX_RESETS = 200;
  private static final int RESET_WINDOW_SECONDS = 30;
  private static final int MAX_SMALL_CONTINUATIONS = 16;
  private static final int MAX_EMPTY_FRAMES = 2;
  private static final long GRACE_MILLIS = 10_000;

  private final Channel channel;
  private final Loop loop;
  private final Set<Http2Stream> streams = new HashSet<>();
  private long since;

  private Http2Session(Channel channel, Loop loop) {
    this.channel = channel;
    this.loop = loop;
    this.since = loop.now();
  }

  /** What the first bytes of a connection say about its protocol. */
  enum Preface {
    /** HTTP/2, by prior knowledge or as ALPN has agreed. */
    WHOLE,
    /** Perhaps: more must come. */
    BEGUN,
    NONE
  }

  static Preface preface(ByteBuf bytes) {
    int length = Math.min(bytes.readableBytes(), PREFACE.length);
    for (int i = 0; i < length; i++) {
      if (bytes.getByte(bytes.readerIndex() + i) != PREFACE[i]) {
        return Preface.NONE;
      }
    }
    return length == PREFACE.length ? Preface.WHOLE : Preface.BEGUN;
  }

  /**
   * Puts the protocol before the handler of the connection.
   *
   * @param ctx of the handler of the connection
   */
  static Http2Session begin(ChannelHandlerContext ctx, ClientConnection connection, Loop loop) {
    Http2Session session = new Http2Session(ctx.channel(), loop);
    Http2FrameCodec codec =
        Http2FrameCodecBuilder.forServer()
            .initialSettings(
                new Http2Settings()
                    .maxConcurrentStreams(MAX_STREAMS)
                    .maxHeaderListSize(MAX_HEAD)
                    .initialWindowSize(WINDOW))
            .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
            .decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS)
            .decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_FRAMES)
            .gracefulShutdownTimeoutMillis(GRACE_MILLIS)
            .build();
    ChannelInitializer<Channel> streams =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel stream) {
            stream.pipeline().addLast(new Http2Stream(stream, session, connection, loop));
          }
        };
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.addBefore(ctx.name(), "http2", codec);
    pipeline.addBefore(ctx.name(), "http2-streams", new Http2MultiplexHandler(streams));
    return session;
  }

  /** Reads what had come before the protocol was known; takes it. */
  void feed(ByteBuf bytes) throws Exception {
    Http2FrameCodec codec = channel.pipeline().get(Http2FrameCodec.class);
    codec.channelRead(channel.pipeline().context(codec), bytes);
  }

  void add(Http2Stream stream) {
    streams.add(stream);
  }

  void remove(Http2Stream stream) {
    streams.remove(stream);
    since = loop.now();
  }

  /** Ends what has waited too long. */
  void check(long now) {
    for (Http2Stream stream : streams.toArray(new Http2Stream[0])) {
      stream.check(now);
    }
    boolean idle = now - since > loop.settings().timeouts().idle().toNanos();
    if (streams.isEmpty() && (idle || loop.edge().isClosing())) {
      channel.close();
    }
  }

  /** The gateway is closing: no new streams; those that run may end. */
  void close() {
    channel.close();
  }
}
