package dev.headroom.demo.http;

/** Answers a request; runs on a virtual thread of its own, so it may block. */
@FunctionalInterface
public interface Handler {
  Reply handle(Request request);
}
