package dev.headroom.demo.traffic.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the answers on one connection, one after another (RFC 9112).
 *
 * <p>Strict where a lenient reader would hide a fault of what stands in front of the application:
 * lines end with CRLF, a length is digits only, and an answer with both Content-Length and
 * Transfer-Encoding is refused.
 */
final class ResponseReader {
  private static final byte[] NONE = {};
  private static final int LARGEST_BODY = 16 << 20;

  private final InputStream in;
  // Also the largest line.
  private final byte[] buffer = new byte[8192];
  private int position;
  private int limit;
  // Where the line that was taken last lies; reading on may move it.
  private int lineStart;
  private boolean started;
  private boolean reusable = true;

  ResponseReader(InputStream in) {
    this.in = in;
  }

  /** Whether anything of the answer that {@link #read} was last asked for has arrived. */
  boolean started() {
    return started;
  }

  /** Whether another request may follow on the connection. */
  boolean reusable() {
    return reusable && position == limit;
  }

  HttpResponse read(boolean keepBody) throws IOException {
    started = false;
    Head head = head();
    while (head.status < 200) {
      if (head.status == 101) {
        throw new MalformedResponseException("101 Switching Protocols without having been asked");
      }
      head = head();
    }
    reusable = head.persistent;
    byte[] body;
    if (head.status == 204 || head.status == 304) {
      body = NONE;
    } else if (head.chunked) {
      body = chunked(keepBody);
    } else if (head.length >= 0) {
      body = fixed(head.length, keepBody);
    } else {
      reusable = false;
      body = untilClose(keepBody);
    }
    return new HttpResponse(head.status, head.replica, body);
  }

  /** What of a head matters here. */
  private static final class Head {
    int status;
    long length = -1;
    boolean chunked;
    boolean persistent;
    String replica = "";
  }

  private Head head() throws IOException {
    Head head = new Head();
    int end = line();
    statusLine(head, end);
    for (end = line(); end > lineStart; end = line()) {
      field(head, lineStart, end);
    }
    if (head.chunked && head.length >= 0) {
      throw new MalformedResponseException("both Content-Length and Transfer-Encoding");
    }
    return head;
  }

  private void statusLine(Head head, int end) throws IOException {
    int from = lineStart;
    boolean form =
        end - from >= 12
            && buffer[from] == 'H'
            && buffer[from + 1] == 'T'
            && buffer[from + 2] == 'T'
            && buffer[from + 3] == 'P'
            && buffer[from + 4] == '/'
            && buffer[from + 5] == '1'
            && buffer[from + 6] == '.'
            && (buffer[from + 7] == '1' || buffer[from + 7] == '0')
            && buffer[from + 8] == ' '
            && (end - from == 12 || buffer[from + 12] == ' ');
    int status = form ? (int) digits(from + 9, from + 12) : -1;
    if (status < 100) {
      throw new MalformedResponseException(
          "status line: '" + text(from, end) + "' (expected: HTTP/1.1 and three digits)");
    }
    head.status = status;
    head.persistent = buffer[from + 7] == '1';
  }

  private void field(Head head, int from, int end) throws IOException {
    int colon = from;
    while (colon < end && buffer[colon] != ':') {
      colon++;
    }
    if (colon == end || colon == from || buffer[colon - 1] == ' ' || buffer[colon - 1] == '\t') {
      throw new MalformedResponseException("field line: '" + text(from, end) + "'");
    }
    int first = colon + 1;
    int last = end;
    while (first < last && (buffer[first] == ' ' || buffer[first] == '\t')) {
      first++;
    }
    while (last > first && (buffer[last - 1] == ' ' || buffer[last - 1] == '\t')) {
      last--;
    }
    switch (colon - from) {
      case 9 -> {
        if (is(from, colon, "x-replica")) {
          head.replica = text(first, last);
        }
      }
      case 10 -> {
        if (is(from, colon, "connection")) {
          if (is(first, last, "close")) {
            head.persistent = false;
          } else if (is(first, last, "keep-alive")) {
            head.persistent = true;
          }
        }
      }
      case 14 -> {
        if (is(from, colon, "content-length")) {
          long length = digits(first, last);
          if (length < 0 || (head.length >= 0 && head.length != length)) {
            throw new MalformedResponseException(
                "Content-Length: '" + text(first, last) + "' (expected: digits, one value)");
          }
          head.length = length;
        }
      }
      case 17 -> {
        if (is(from, colon, "transfer-encoding")) {
          if (head.chunked || !is(first, last, "chunked")) {
            throw new MalformedResponseException(
                "Transfer-Encoding: '" + text(first, last) + "' (expected: chunked, once)");
          }
          head.chunked = true;
        }
      }
      default -> {
        // Nothing else changes how the answer is read.
      }
    }
  }

  private byte[] fixed(long length, boolean keep) throws IOException {
    if (!keep) {
      skip(length);
      return NONE;
    }
    if (length > LARGEST_BODY) {
      throw tooLarge();
    }
    byte[] body = new byte[(int) length];
    int done = Math.min(limit - position, body.length);
    System.arraycopy(buffer, position, body, 0, done);
    position += done;
    while (done < body.length) {
      int count = in.read(body, done, body.length - done);
      if (count < 0) {
        throw new EOFException(
            "closed after " + done + " of " + body.length + " bytes of the body");
      }
      done += count;
    }
    return body;
  }

  private byte[] chunked(boolean keep) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream(keep ? 1024 : 0);
    while (true) {
      int end = line();
      int sizeEnd = lineStart;
      while (sizeEnd < end && buffer[sizeEnd] != ';' && buffer[sizeEnd] != ' ') {
        sizeEnd++;
      }
      long size = hex(lineStart, sizeEnd);
      if (size < 0) {
        throw new MalformedResponseException("chunk size: '" + text(lineStart, end) + "'");
      }
      if (size == 0) {
        break;
      }
      if (keep) {
        if (body.size() + size > LARGEST_BODY) {
          throw tooLarge();
        }
        body.writeBytes(fixed(size, true));
      } else {
        skip(size);
      }
      if (line() != lineStart) {
        throw new MalformedResponseException("a chunk is longer than its size says");
      }
    }
    while (line() != lineStart) {
      // Trailer fields mean nothing here.
    }
    return body.toByteArray();
  }

  private byte[] untilClose(boolean keep) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (position < limit || fill()) {
      if (keep) {
        if (body.size() > LARGEST_BODY) {
          throw tooLarge();
        }
        body.write(buffer, position, limit - position);
      }
      position = limit;
    }
    return body.toByteArray();
  }

  private void skip(long length) throws IOException {
    long left = length;
    while (left > 0) {
      if (position == limit && !fill()) {
        throw new EOFException("closed with " + left + " of " + length + " bytes to come");
      }
      int step = (int) Math.min(left, limit - position);
      position += step;
      left -= step;
    }
  }

  /** Takes the next line; it lies from {@link #lineStart} to the returned end, CRLF left out. */
  private int line() throws IOException {
    int scan = position;
    while (true) {
      while (scan < limit) {
        if (buffer[scan] == '\n') {
          if (scan == position || buffer[scan - 1] != '\r') {
            throw new MalformedResponseException("a line ends with LF alone (expected: CRLF)");
          }
          lineStart = position;
          position = scan + 1;
          return scan - 1;
        }
        scan++;
      }
      int consumed = scan - position;
      if (!fill()) {
        throw new EOFException(
            started ? "closed within the head of the answer" : "closed before any answer");
      }
      scan = position + consumed;
    }
  }

  /** Reads more behind what is there; false at the end of the stream. */
  private boolean fill() throws IOException {
    if (position == limit) {
      position = 0;
      limit = 0;
    } else if (limit == buffer.length) {
      if (position == 0) {
        throw new MalformedResponseException("a line is longer than " + buffer.length + " bytes");
      }
      System.arraycopy(buffer, position, buffer, 0, limit - position);
      limit -= position;
      position = 0;
    }
    int count = in.read(buffer, limit, buffer.length - limit);
    if (count < 0) {
      return false;
    }
    started = true;
    limit += count;
    return true;
  }

  private boolean is(int from, int end, String lowerCase) {
    if (end - from != lowerCase.length()) {
      return false;
    }
    for (int i = 0; i < lowerCase.length(); i++) {
      int c = buffer[from + i];
      if (c >= 'A' && c <= 'Z') {
        c += 'a' - 'A';
      }
      if (c != lowerCase.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The number, or -1 where {@code from..end} is not 1 to 15 digits. */
  private long digits(int from, int end) {
    if (end == from || end - from > 15) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < end; i++) {
      if (buffer[i] < '0' || buffer[i] > '9') {
        return -1;
      }
      value = value * 10 + buffer[i] - '0';
    }
    return value;
  }

  private long hex(int from, int end) {
    if (end == from || end - from > 12) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < end; i++) {
      int digit = Character.digit(buffer[i], 16);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private String text(int from, int end) {
    return new String(
        Arrays.copyOfRange(buffer, from, Math.min(end, from + 200)), StandardCharsets.ISO_8859_1);
  }

  private static MalformedResponseException tooLarge() {
    return new MalformedResponseException("body of more than " + LARGEST_BODY + " bytes");
  }
}
