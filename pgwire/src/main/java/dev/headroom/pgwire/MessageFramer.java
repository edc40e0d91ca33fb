package dev.headroom.pgwire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into typed messages as they arrive. Not thread-safe. A message longer than
 * the limit is refused by its header, before any of it is kept.
 */
public final class MessageFramer {
  private final int limit;
  private byte[] buffer = new byte[1024];
  private int start;
  private int end;

  /**
   * A message as framed.
   *
   * @param payload what follows the length; valid until the framer's next call
   */
  public record Frame(byte type, ByteBuffer payload) {}

  /**
   * @param limit the longest message allowed, its length field included
   */
  public MessageFramer(int limit) {
    this.limit = limit;
  }

  public void append(byte[] bytes, int offset, int length) {
    if (buffer.length - end < length) {
      int kept = end - start;
      byte[] to =
          buffer.length - kept >= length
              ? buffer
              : new byte[Math.max(buffer.length * 2, kept + length)];
      System.arraycopy(buffer, start, to, 0, kept);
      buffer = to;
      start = 0;
      end = kept;
    }
    System.arraycopy(bytes, offset, buffer, end, length);
    end += length;
  }

  /** The next whole message, or null until more bytes are there. */
  public @Nullable Frame next() throws ProtocolException {
    if (end - start < 5) {
      return null;
    }
    int length = ByteBuffer.wrap(buffer, start + 1, 4).getInt();
    if (length < 4 || length > limit) {
      throw new ProtocolException(
          "message '"
              + (char) (buffer[start] & 0xff)
              + "': length "
              + length
              + " (expected: 4 to "
              + limit
              + ")");
    }
    if (end - start - 1 < length) {
      return null;
    }
    byte type = buffer[start];
    ByteBuffer payload = ByteBuffer.wrap(buffer, start + 5, length - 4).slice();
    start += 1 + length;
    return new Frame(type, payload);
  }

  /** Bytes that no message has taken yet. */
  public byte[] remaining() {
    return Arrays.copyOfRange(buffer, start, end);
  }
}
