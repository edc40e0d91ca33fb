package dev.headroom.gateway.proxy;

import dev.headroom.gateway.cache.Answer;
import dev.headroom.gateway.http.AddedFields;
import dev.headroom.gateway.http.HttpField;
import dev.headroom.gateway.http.Refusal;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.http.ResponseHead;
import dev.headroom.gateway.identity.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The client's half of an exchange: where its request comes from and how its response is written.
 * What a protocol does in its own way is here; {@link ProxyExchange} decides.
 */
interface ClientSide {
  RequestHead head();

  /** Where it comes from, as far as that is believed. */
  Origin origin();

  /** Nobody waits for the response: the gateway renews what it has. */
  default boolean isRefresh() {
    return false;
  }

  /** As access logs name it: {@code HTTP/1.1}. */
  String protocol();

  /** The host of requests that name none. */
  String ownAuthority();

  /** Has the whole request been read? */
  boolean requestDone();

  /**
   * The next piece of the request's body, in the form in which HTTP/1.1 forwards it; the caller
   * releases it. Null when there is none now.
   *
   * @throws Refusal when the body is not valid
   */
  @Nullable ByteBuf readBody(ByteBufAllocator allocator) throws Refusal;

  /** What has been read of the request's content. */
  long requestBytes();

  /** Offers what has come of the body again: {@link ProxyExchange#pumpRequest}. */
  void drive();

  /** Does the client take more of the response now? */
  boolean isWritable();

  /** Whether chunked content is written with the framing that it came with. */
  boolean takesChunks();

  ByteBufAllocator allocator();

  /** Passes a 1xx on. */
  void interim(ResponseHead head);

  /**
   * The final response begins.
   *
   * @param unframed whether chunked content comes without its framing
   */
  void begin(ResponseHead head, boolean unframed, AddedFields added);

  /** A piece of the content, which is released. */
  void write(ByteBuf piece);

  /**
   * The content was whole.
   *
   * @param trailers what follows it, where {@link #begin} said that it comes without its framing
   */
  void finish(List<HttpField> trailers);

  /** Answers from the cache; the bytes of the content that were written. */
  int answer(Answer answer, long ageSeconds, AddedFields added);

  /** Answers with fields and no content. */
  void empty(int status, String reason, AddedFields added);

  /** Answers for the replica; the bytes of the content that were written. */
  int problem(int status, String detail, AddedFields added);

  /** Answers with the 101 and whatever is needed before {@link #becomeTunnel}. */
  void upgrade(ResponseHead head, AddedFields added);

  /** Bytes go both ways unread from here on. */
  void becomeTunnel(UpstreamConnection with);

  void flush();

  /** Runs it once all that was written is on its way, or will never be. */
  void whenWritten(Runnable task);

  /** The exchange is over: the next request may come. */
  void done();

  /** The response is cut, and the client must see that. */
  void abort();
}
