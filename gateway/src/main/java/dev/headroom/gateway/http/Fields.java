package dev.headroom.gateway.http;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The field lines of one head, by position. Reused from message to message. */
final class Fields {
  private final HeadBytes head;
  private int count;
  private FieldName[] names = new FieldName[16];
  private int[] lineStarts = new int[16];
  private int[] nameEnds = new int[16];
  private int[] valueStarts = new int[16];
  private int[] valueEnds = new int[16];
  private boolean[] dropped = new boolean[16];

  Fields(HeadBytes head) {
    this.head = head;
  }

  /** Reads the lines from {@code firstLine} on: RFC 9112, section 5. */
  void parse(int firstLine) throws Refusal {
    count = 0;
    byte[] bytes = head.bytes;
    for (int line = firstLine; line < head.lines(); line++) {
      int start = head.start(line);
      int end = head.end(line);
      if (Ascii.isBlank(bytes[start])) {
        throw Refusal.bad("a folded field line");
      }
      int colon = start;
      while (colon < end && Ascii.isToken(bytes[colon])) {
        colon++;
      }
      if (colon == end || bytes[colon] != ':' || colon == start) {
        throw Refusal.bad("a field name with a byte that no name has, or without a colon");
      }
      add(start, colon, end);
    }
  }

  private void add(int start, int colon, int end) throws Refusal {
    byte[] bytes = head.bytes;
    int valueStart = colon + 1;
    int valueEnd = end;
    while (valueStart < valueEnd && Ascii.isBlank(bytes[valueStart])) {
      valueStart++;
    }
    while (valueEnd > valueStart && Ascii.isBlank(bytes[valueEnd - 1])) {
      valueEnd--;
    }
    for (int i = valueStart; i < valueEnd; i++) {
      if (!Ascii.isFieldByte(bytes[i])) {
        throw Refusal.bad("a control byte in a field value");
      }
    }
    if (count == names.length) {
      grow();
    }
    FieldName name = FieldName.of(bytes, start, colon);
    names[count] = name;
    lineStarts[count] = start;
    nameEnds[count] = colon;
    valueStarts[count] = valueStart;
    valueEnds[count] = valueEnd;
    dropped[count] = name.isHopByHop();
    count++;
  }

  private void grow() {
    int size = count * 2;
    names = Arrays.copyOf(names, size);
    lineStarts = Arrays.copyOf(lineStarts, size);
    nameEnds = Arrays.copyOf(nameEnds, size);
    valueStarts = Arrays.copyOf(valueStarts, size);
    valueEnds = Arrays.copyOf(valueEnds, size);
    dropped = Arrays.copyOf(dropped, size);
  }

  int count() {
    return count;
  }

  FieldName name(int i) {
    return names[i];
  }

  int valueStart(int i) {
    return valueStarts[i];
  }

  int valueEnd(int i) {
    return valueEnds[i];
  }

  String value(int i) {
    return Ascii.text(head.bytes, valueStarts[i], valueEnds[i]);
  }

  boolean valueIs(int i, String lower) {
    return Ascii.same(head.bytes, valueStarts[i], valueEnds[i], lower);
  }

  /** The next field of that name from {@code from} on, or -1. */
  int find(String lower, int from) {
    for (int i = from; i < count; i++) {
      if (Ascii.same(head.bytes, lineStarts[i], nameEnds[i], lower)) {
        return i;
      }
    }
    return -1;
  }

  /** All values of that name as one list (RFC 9110, section 5.3); null when there is none. */
  @Nullable String combined(String lower) {
    int i = find(lower, 0);
    if (i < 0) {
      return null;
    }
    String all = value(i);
    for (i = find(lower, i + 1); i >= 0; i = find(lower, i + 1)) {
      all = all + ", " + value(i);
    }
    return all;
  }

  /** No field of that name is forwarded. */
  void dropNamed(String lower) {
    for (int i = find(lower, 0); i >= 0; i = find(lower, i + 1)) {
      dropped[i] = true;
    }
  }

  /** What is forwarded. */
  List<HttpField> kept() {
    List<HttpField> kept = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      if (!dropped[i]) {
        kept.add(new HttpField(Ascii.text(head.bytes, lineStarts[i], nameEnds[i]), value(i)));
      }
    }
    return kept;
  }

  /** The field is not forwarded. */
  void drop(int i) {
    dropped[i] = true;
  }

  /** No field of that name is forwarded. */
  void dropAll(FieldName name) {
    for (int i = 0; i < count; i++) {
      if (names[i] == name) {
        dropped[i] = true;
      }
    }
  }

  /** Drops the fields with the name in the given range, without regard to case. */
  void dropNamed(int from, int to) {
    for (int i = 0; i < count; i++) {
      if (Ascii.same(head.bytes, lineStarts[i], nameEnds[i], from, to)) {
        dropped[i] = true;
      }
    }
  }

  /**
   * The one length that {@code Content-Length} gives, or -1 when there is no such field. A list or
   * a second field is refused even when the values agree: RFC 9112, section 6.3 allows both.
   */
  long contentLength() throws Refusal {
    long length = -1;
    for (int i = 0; i < count; i++) {
      if (names[i] == FieldName.CONTENT_LENGTH) {
        if (length >= 0) {
          throw Refusal.bad("Content-Length given twice");
        }
        length = decimal(valueStarts[i], valueEnds[i]);
      }
    }
    return length;
  }

  private long decimal(int from, int to) throws Refusal {
    if (from == to || to - from > 18) {
      throw Refusal.bad("Content-Length is not a number of at most 18 digits");
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      byte b = head.bytes[i];
      if (!Ascii.isDigit(b)) {
        throw Refusal.bad("Content-Length is not a number of at most 18 digits");
      }
      value = value * 10 + (b - '0');
    }
    return value;
  }

  /**
   * Is the body chunked? Any other transfer coding is refused: RFC 9112, section 6.1.
   *
   * @throws Refusal with status 501 for a coding that is not known
   */
  boolean isChunked() throws Refusal {
    int field = -1;
    for (int i = 0; i < count; i++) {
      if (names[i] == FieldName.TRANSFER_ENCODING) {
        if (field >= 0) {
          throw Refusal.bad("Transfer-Encoding given twice");
        }
        field = i;
      }
    }
    if (field < 0) {
      return false;
    }
    if (!valueIs(field, "chunked")) {
      int comma = valueStarts[field];
      while (comma < valueEnds[field] && head.bytes[comma] != ',') {
        comma++;
      }
      throw comma > valueStarts[field]
              && Ascii.same(head.bytes, valueStarts[field], comma, "chunked")
          ? Refusal.bad("a transfer coding after chunked")
          : new Refusal(501, "a transfer coding other than chunked");
    }
    return true;
  }

  /** Copies the field lines that are not dropped, as they are, neighbours in one go. */
  void writeKept(ByteBuf out) {
    int i = 0;
    while (i < count) {
      if (dropped[i]) {
        i++;
        continue;
      }
      int from = lineStarts[i];
      int last = i;
      while (last + 1 < count && !dropped[last + 1]) {
        last++;
      }
      // A line's trailing blanks and its CRLF stand before the next line's start.
      int to = last + 1 < count ? lineStarts[last + 1] : head.end(head.lines() - 1) + 2;
      out.writeBytes(head.bytes, from, to - from);
      i = last + 1;
    }
  }
}
