package dev.headroom.pgwire;

import java.io.IOException;

/** An error that a server has answered with. */
public final class ServerError extends IOException {
  private final transient ErrorFields fields;

  public ServerError(ErrorFields fields) {
    super(fields.toString());
    this.fields = fields;
  }

  public ErrorFields fields() {
    return fields;
  }
}
