package dev.headroom.demo.http;

import java.util.Optional;

/** Decides on a WebSocket handshake; runs on a virtual thread, so it may block. */
public interface LiveEndpoint {
  /** The path whose upgrades come here. */
  String path();

  /** A refusal, or empty to accept; then {@link #opened} follows. */
  Optional<Reply> refuse(Request request);

  void opened(Request request, LiveConnection connection);

  void closed(LiveConnection connection);
}
