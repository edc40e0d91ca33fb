package dev.headroom.gateway.http;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Status line and fields of one response. Fed with bytes until it is whole and valid, then asked,
 * then written for the client; reused for the next response of the connection.
 */
public final class ResponseHead {
  private static final byte[] HTTP_1_1 = Ascii.bytes("HTTP/1.1 ");
  private static final byte[] CHUNKED = Ascii.bytes("Transfer-Encoding: chunked\r\n");
  private static final byte[] CLOSE = Ascii.bytes("Connection: close\r\n");
  private static final byte[] KEEP_ALIVE = Ascii.bytes("Connection: keep-alive\r\n");
  private static final byte[] UPGRADE =
      Ascii.bytes("Connection: Upgrade\r\nUpgrade: websocket\r\n");

  private final HeadBytes head = new HeadBytes(HeadBytes.Kind.RESPONSE);
  private final Fields fields = new Fields(head);
  private final ConnectionOptions options = new ConnectionOptions(head, fields);
  private boolean http10;
  private int status;
  private Framing framing = Framing.NONE;
  private long contentLength;
  private boolean suspect;

  /** Ready for the next response of the connection. */
  public void reset() {
    head.reset();
  }

  /** Has nothing of a response arrived yet? */
  public boolean isEmpty() {
    return head.isEmpty();
  }

  /**
   * Takes the bytes of the head from {@code in}, and none of the body.
   *
   * @param toHead whether it answers a HEAD request
   * @return whether the head is whole
   * @throws Refusal when it is not valid; its own status does not matter, the client gets a 502
   */
  public boolean feed(ByteBuf in, boolean toHead) throws Refusal {
    if (!head.feed(in)) {
      return false;
    }
    parseStatusLine();
    fields.parse(1);
    options.read(false);
    readFraming(toHead);
    return true;
  }

  /* A missing reason with its space is let pass: nothing depends on it, and servers leave it out. */
  private void parseStatusLine() throws Refusal {
    byte[] b = head.bytes;
    int from = head.start(0);
    int end = head.end(0);
    boolean valid =
        end - from >= 12
            && b[from] == 'H'
            && b[from + 1] == 'T'
            && b[from + 2] == 'T'
            && b[from + 3] == 'P'
            && b[from + 4] == '/'
            && b[from + 5] == '1'
            && b[from + 6] == '.'
            && (b[from + 7] == '0' || b[from + 7] == '1')
            && b[from + 8] == ' '
            && b[from + 9] >= '1'
            && b[from + 9] <= '5'
            && Ascii.isDigit(b[from + 10])
            && Ascii.isDigit(b[from + 11])
            && (end - from == 12 || b[from + 12] == ' ');
    if (!valid) {
      throw Refusal.bad("a status line that is not valid");
    }
    for (int i = from + 12; i < end; i++) {
      if (!Ascii.isFieldByte(b[i])) {
        throw Refusal.bad("a control byte in the reason");
      }
    }
    http10 = b[from + 7] == '0';
    status = (b[from + 9] - '0') * 100 + (b[from + 10] - '0') * 10 + (b[from + 11] - '0');
  }

  /* RFC 9112, section 6.3. */
  private void readFraming(boolean toHead) throws Refusal {
    contentLength = fields.contentLength();
    boolean chunked = fields.isChunked();
    if (chunked && (contentLength >= 0 || http10)) {
      throw Refusal.bad("Transfer-Encoding together with Content-Length or in HTTP/1.0");
    }
    suspect = false;
    if (status < 200 || status == 204) {
      // A server that announces a body here may really send one: not on this connection again.
      suspect = chunked || contentLength > 0;
      fields.dropAll(FieldName.CONTENT_LENGTH);
      framing = Framing.NONE;
    } else if (toHead || status == 304) {
      framing = Framing.NONE;
    } else if (chunked) {
      framing = Framing.CHUNKED;
    } else if (contentLength >= 0) {
      framing = contentLength == 0 ? Framing.NONE : Framing.LENGTH;
    } else {
      framing = Framing.UNTIL_CLOSE;
    }
  }

  public int status() {
    return status;
  }

  public Framing framing() {
    return framing;
  }

  /** For {@link Framing#LENGTH}. */
  public long contentLength() {
    return contentLength;
  }

  /** May the connection carry another request afterwards? */
  public boolean isKeepAlive() {
    return !suspect
        && framing != Framing.UNTIL_CLOSE
        && !options.close()
        && (!http10 || options.keepAlive());
  }

  /** All values of the field as one list; null when there is none. */
  public @Nullable String field(String lower) {
    return fields.combined(lower);
  }

  public boolean hasField(String lower) {
    return fields.find(lower, 0) >= 0;
  }

  /** What the client gets of the fields. */
  public List<HttpField> fields() {
    return fields.kept();
  }

  /** What the client is told about its connection. */
  public enum Persistence {
    /** Nothing: it stays open, as HTTP/1.1 does by itself. */
    STAYS,
    /** It stays open, said aloud for an HTTP/1.0 client. */
    STAYS_ALOUD,
    /** It ends after this response. */
    CLOSES,
    /** It is a WebSocket from here on. */
    UPGRADES;

    /** Writes the field line that says so, if one is needed. */
    public void writeTo(ByteBuf out) {
      switch (this) {
        case STAYS -> {}
        case STAYS_ALOUD -> out.writeBytes(KEEP_ALIVE);
        case CLOSES -> out.writeBytes(CLOSE);
        case UPGRADES -> out.writeBytes(UPGRADE);
      }
    }
  }

  /** Writes the head as the client gets it, without what ends here. */
  public void writeTo(ByteBuf out, boolean chunked, Persistence persistence, AddedFields added) {
    int from = head.start(0) + 9;
    out.writeBytes(HTTP_1_1).writeBytes(head.bytes, from, head.end(0) - from);
    if (head.end(0) - from == 3) {
      out.writeByte(' ');
    }
    out.writeByte('\r').writeByte('\n');
    fields.writeKept(out);
    if (chunked) {
      out.writeBytes(CHUNKED);
    }
    added.writeTo(out);
    persistence.writeTo(out);
    out.writeByte('\r').writeByte('\n');
  }
}
