package dev.headroom.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the body out of a connection's bytes, as its framing says, and gives it in the form in which
 * it is forwarded. Constant memory: nothing is kept but an unfinished chunk-size line or trailer.
 *
 * <p>Chunked bodies are read strictly (RFC 9112, section 7.1) and written anew, so that no
 * extension, leading zero or doubtful line end of one side reaches the other.
 */
public final class BodyReader {
  private static final int MAX_SIZE_DIGITS = 15;
  private static final int MAX_EXTENSION = 256;
  private static final int MAX_EXTENSIONS = 16 * 1024;
  private static final byte[] LAST_CHUNK = Ascii.bytes("0\r\n");

  private Framing framing = Framing.NONE;
  private boolean rechunk;
  private long remaining;
  private long payloadBytes;
  private boolean done = true;

  private Step step = Step.SIZE;
  private int digits;
  private int extension;
  private int extensions;
  private @Nullable HeadBytes trailerBytes;
  private List<HttpField> trailers = List.of();

  private enum Step {
    SIZE,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILERS
  }

  /**
   * A body begins.
   *
   * @param length for {@link Framing#LENGTH}
   * @param rechunk whether a chunked body stays chunked, or only its payload is wanted
   */
  public void start(Framing framing, long length, boolean rechunk) {
    this.framing = framing;
    this.rechunk = rechunk;
    remaining = framing == Framing.LENGTH ? length : 0;
    payloadBytes = 0;
    done = framing == Framing.NONE || (framing == Framing.LENGTH && length == 0);
    step = Step.SIZE;
    digits = 0;
    extension = 0;
    extensions = 0;
    trailers = List.of();
  }

  /** What followed a chunked body of which only the payload was wanted. */
  public List<HttpField> trailers() {
    return trailers;
  }

  /** Is the body at its end? Never true of {@link Framing#UNTIL_CLOSE}. */
  public boolean isDone() {
    return done;
  }

  /** What has been read of the content, without its framing. */
  public long payloadBytes() {
    return payloadBytes;
  }

  /**
   * The next piece of the body in forwarded form, which the caller releases; null when {@code in}
   * holds none. Bytes after the body stay in {@code in}.
   */
  public @Nullable ByteBuf read(ByteBuf in, ByteBufAllocator allocator) throws Refusal {
    if (done || !in.isReadable()) {
      return null;
    }
    return switch (framing) {
      case NONE -> null;
      case LENGTH -> {
        int piece = (int) Math.min(remaining, in.readableBytes());
        remaining -= piece;
        payloadBytes += piece;
        done = remaining == 0;
        yield in.readRetainedSlice(piece);
      }
      case UNTIL_CLOSE -> {
        payloadBytes += in.readableBytes();
        yield in.readRetainedSlice(in.readableBytes());
      }
      case CHUNKED -> readChunks(in, allocator);
    };
  }

  private @Nullable ByteBuf readChunks(ByteBuf in, ByteBufAllocator allocator) throws Refusal {
    ByteBuf out = allocator.buffer(in.readableBytes() + 32);
    boolean whole = false;
    try {
      while (!done && in.isReadable()) {
        step(in, out);
      }
      whole = true;
    } finally {
      if (!whole || !out.isReadable()) {
        out.release();
      }
    }
    return out.refCnt() > 0 ? out : null;
  }

  private void step(ByteBuf in, ByteBuf out) throws Refusal {
    switch (step) {
      case SIZE -> size(in.readByte());
      case EXTENSION -> extension(in.readByte());
      case SIZE_LF -> {
        expect(in.readByte(), '\n');
        if (remaining > 0) {
          if (rechunk) {
            writeSize(out, remaining);
          }
          step = Step.DATA;
        } else {
          step = Step.TRAILERS;
        }
      }
      case DATA -> {
        int piece = (int) Math.min(remaining, in.readableBytes());
        out.writeBytes(in, piece);
        payloadBytes += piece;
        remaining -= piece;
        if (remaining == 0) {
          step = Step.DATA_CR;
        }
      }
      case DATA_CR -> {
        expect(in.readByte(), '\r');
        step = Step.DATA_LF;
      }
      case DATA_LF -> {
        expect(in.readByte(), '\n');
        if (rechunk) {
          out.writeByte('\r').writeByte('\n');
        }
        step = Step.SIZE;
        digits = 0;
      }
      case TRAILERS -> trailers(in, out);
    }
  }

  private void size(byte b) throws Refusal {
    int digit = Ascii.hex(b);
    if (digit >= 0) {
      if (++digits > MAX_SIZE_DIGITS) {
        throw Refusal.bad("a chunk size over " + MAX_SIZE_DIGITS + " digits");
      }
      remaining = remaining << 4 | digit;
    } else if (digits == 0) {
      throw Refusal.bad("a chunk without a size");
    } else if (b == '\r') {
      step = Step.SIZE_LF;
    } else if (b == ';') {
      extension = 0;
      step = Step.EXTENSION;
    } else {
      throw Refusal.bad("a byte in a chunk size that is no digit");
    }
  }

  private void extension(byte b) throws Refusal {
    if (b == '\r') {
      step = Step.SIZE_LF;
    } else if (!Ascii.isFieldByte(b)) {
      throw Refusal.bad("a control byte in a chunk extension");
    } else if (++extension > MAX_EXTENSION || ++extensions > MAX_EXTENSIONS) {
      throw Refusal.bad("chunk extensions over " + MAX_EXTENSION + " bytes a chunk");
    }
  }

  private void trailers(ByteBuf in, ByteBuf out) throws Refusal {
    HeadBytes bytes = trailerBytes;
    if (bytes == null) {
      bytes = new HeadBytes(HeadBytes.Kind.TRAILERS);
      trailerBytes = bytes;
    }
    if (!bytes.feed(in)) {
      return;
    }
    Fields fields = new Fields(bytes);
    fields.parse(0);
    for (int i = 0; i < fields.count(); i++) {
      // RFC 9110, section 6.5.1: what frames, routes or authenticates has no place here.
      if (fields.name(i) != FieldName.OTHER) {
        fields.drop(i);
      }
    }
    if (rechunk) {
      out.writeBytes(LAST_CHUNK);
      fields.writeKept(out);
      out.writeByte('\r').writeByte('\n');
    } else {
      trailers = fields.kept();
    }
    trailerBytes = null;
    done = true;
  }

  private static void expect(byte b, char wanted) throws Refusal {
    if (b != wanted) {
      throw Refusal.bad("a chunk that does not end with CRLF where its size says");
    }
  }

  /** The size line of a chunk. */
  public static void writeSize(ByteBuf out, long size) {
    out.writeBytes(Ascii.bytes(Long.toHexString(size)));
    out.writeByte('\r').writeByte('\n');
  }
}
