package dev.headroom.gateway.proxy;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * The way to the kernel: epoll where it is there, else NIO. Many containers forbid io_uring, so it
 * is used only when asked for: {@code -Dheadroom.gateway.transport=io_uring}.
 */
enum Transport {
  IO_URING(IoUringServerSocketChannel.class, IoUringSocketChannel.class),
  EPOLL(EpollServerSocketChannel.class, EpollSocketChannel.class),
  NIO(NioServerSocketChannel.class, NioSocketChannel.class);

  final Class<? extends ServerChannel> server;
  final Class<? extends SocketChannel> client;

  Transport(Class<? extends ServerChannel> server, Class<? extends SocketChannel> client) {
    this.server = server;
    this.client = client;
  }

  static Transport best() {
    if ("io_uring".equals(System.getProperty("headroom.gateway.transport"))) {
      IoUring.ensureAvailability();
      return IO_URING;
    }
    return Epoll.isAvailable() ? EPOLL : NIO;
  }

  IoHandlerFactory handlers() {
    return switch (this) {
      case IO_URING -> IoUringIoHandler.newFactory();
      case EPOLL -> EpollIoHandler.newFactory();
      case NIO -> NioIoHandler.newFactory();
    };
  }
}
