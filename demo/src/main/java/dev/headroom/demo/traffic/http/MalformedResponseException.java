package dev.headroom.demo.traffic.http;

import java.io.IOException;

/** An answer that is not HTTP/1.1 as RFC 9112 writes it. */
public final class MalformedResponseException extends IOException {

  MalformedResponseException(String message) {
    super(message);
  }
}
