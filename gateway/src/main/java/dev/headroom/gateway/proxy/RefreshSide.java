package dev.headroom.gateway.proxy;

import dev.headroom.gateway.cache.Answer;
import dev.headroom.gateway.http.AddedFields;
import dev.headroom.gateway.http.HttpField;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.http.ResponseHead;
import dev.headroom.gateway.identity.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * In the place of a client that has been answered from the cache with something stale: asks the
 * same once more, and what comes goes nowhere but into the cache.
 */
final class RefreshSide implements ClientSide {
  private final RequestHead head;
  private final Origin origin;
  private final String protocol;
  private final String ownAuthority;
  private final ByteBufAllocator allocator;
  private final Runnable done;

  /**
   * @param done the exchange is over
   */
  RefreshSide(ClientSide client, Runnable done) {
    this.head = client.head().copy();
    this.origin = client.origin();
    this.protocol = client.protocol();
    this.ownAuthority = client.ownAuthority();
    this.allocator = client.allocator();
    this.done = done;
  }

  @Override
  public RequestHead head() {
    return head;
  }

  @Override
  public boolean isRefresh() {
    return true;
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public String protocol() {
    return protocol;
  }

  @Override
  public String ownAuthority() {
    return ownAuthority;
  }

  /** A GET without content: the cache has to do with no other. */
  @Override
  public boolean requestDone() {
    return true;
  }

  @Override
  public @Nullable ByteBuf readBody(ByteBufAllocator unused) {
    return null;
  }

  @Override
  public long requestBytes() {
    return 0;
  }

  @Override
  public void drive() {}

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public boolean takesChunks() {
    return true;
  }

  @Override
  public ByteBufAllocator allocator() {
    return allocator;
  }

  @Override
  public void interim(ResponseHead response) {}

  @Override
  public void begin(ResponseHead response, boolean unframed, AddedFields added) {}

  @Override
  public void write(ByteBuf piece) {
    piece.release();
  }

  @Override
  public void finish(List<HttpField> trailers) {}

  @Override
  public void empty(int status, String reason, AddedFields added) {}

  @Override
  public int answer(Answer answer, long ageSeconds, AddedFields added) {
    return 0;
  }

  @Override
  public int problem(int status, String detail, AddedFields added) {
    return 0;
  }

  @Override
  public void upgrade(ResponseHead response, AddedFields added) {}

  @Override
  public void becomeTunnel(UpstreamConnection with) {
    throw new IllegalStateException("a request for a WebSocket never comes to the cache");
  }

  @Override
  public void flush() {}

  @Override
  public void whenWritten(Runnable task) {
    task.run();
  }

  @Override
  public void done() {
    done.run();
  }

  @Override
  public void abort() {
    done.run();
  }
}
