package dev.headroom.gateway.cache;

import io.netty.buffer.ByteBuf;

/**
 * How a stored response answers one request.
 *
 * @param notModified whether the client has it already
 */
public record Answer(StoredResponse response, Representation form, boolean notModified) {

  public int status() {
    return notModified ? 304 : response.status();
  }

  /** Writes status line and fields, without the empty line. */
  public void writeHead(ByteBuf out) {
    ByteBuf head = notModified ? form.notModified() : form.head();
    out.writeBytes(head, head.readerIndex(), head.readableBytes());
  }

  /** Size of the content that goes with it. */
  public int bodyBytes() {
    return notModified ? 0 : form.body().readableBytes();
  }

  /** Adds the content to a buffer. */
  public void copyBody(ByteBuf out) {
    out.writeBytes(form.body(), form.body().readerIndex(), form.body().readableBytes());
  }

  /** The content itself, shared; to be released. */
  public ByteBuf body() {
    return form.body().retainedDuplicate();
  }

  /** Seconds since the application answered. */
  public long ageSeconds(long now) {
    return response.freshness.ageMillis(now) / 1000;
  }

  /** Seconds that it is still fresh; negative when it is stale. */
  public long ttlSeconds(long now) {
    return Math.floorDiv(
        response.freshness.lifetimeMillis() - response.freshness.ageMillis(now), 1000);
  }
}
