package dev.headroom.gateway.http;

/**
 * What {@code Connection} fields say: RFC 9110, section 7.6.1. Fields that they name end here as
 * well.
 */
final class ConnectionOptions {
  private final HeadBytes head;
  private final Fields fields;
  private boolean close;
  private boolean keepAlive;
  private boolean upgrade;

  ConnectionOptions(HeadBytes head, Fields fields) {
    this.head = head;
    this.fields = fields;
  }

  /**
   * @param refuseEssential whether naming a field that frames or routes the message is refused
   *     instead of ignored
   */
  void read(boolean refuseEssential) throws Refusal {
    close = false;
    keepAlive = false;
    upgrade = false;
    for (int i = 0; i < fields.count(); i++) {
      if (fields.name(i) == FieldName.CONNECTION) {
        readList(fields.valueStart(i), fields.valueEnd(i), refuseEssential);
      }
    }
  }

  private void readList(int from, int to, boolean refuseEssential) throws Refusal {
    byte[] bytes = head.bytes;
    int i = from;
    while (i < to) {
      int start = i;
      while (i < to && Ascii.isToken(bytes[i])) {
        i++;
      }
      if (i > start) {
        readOption(start, i, refuseEssential);
      }
      while (i < to && Ascii.isBlank(bytes[i])) {
        i++;
      }
      if (i < to && bytes[i] != ',') {
        throw Refusal.bad("Connection is not a list of names");
      }
      i++;
      while (i < to && Ascii.isBlank(bytes[i])) {
        i++;
      }
    }
  }

  private void readOption(int from, int to, boolean refuseEssential) throws Refusal {
    byte[] bytes = head.bytes;
    if (Ascii.same(bytes, from, to, "close")) {
      close = true;
    } else if (Ascii.same(bytes, from, to, "keep-alive")) {
      keepAlive = true;
    } else if (Ascii.same(bytes, from, to, "upgrade")) {
      upgrade = true;
    } else {
      switch (FieldName.of(bytes, from, to)) {
        case HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONTENT_ENCODING, CONTENT_TYPE -> {
          if (refuseEssential) {
            throw Refusal.bad("Connection names a field that the message cannot do without");
          }
        }
        default -> fields.dropNamed(from, to);
      }
    }
  }

  boolean close() {
    return close;
  }

  boolean keepAlive() {
    return keepAlive;
  }

  boolean upgrade() {
    return upgrade;
  }
}
