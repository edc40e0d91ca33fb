package dev.headroom.gateway.cache;

import io.netty.buffer.ByteBuf;

/**
 * One form of a stored response, ready to be written.
 *
 * @param encoding {@code gzip}, {@code br}; empty for the plain one
 * @param head status line and fields without Age and what the moment adds, without the empty line
 * @param notModified the same for a 304
 * @param body direct memory, shared by all who are answered
 * @param etag empty when there is none
 */
record Representation(
    String encoding, ByteBuf head, ByteBuf notModified, ByteBuf body, String etag) {

  long bytes() {
    return (long) head.capacity() + notModified.capacity() + body.capacity();
  }

  void release() {
    head.release();
    notModified.release();
    body.release();
  }
}
