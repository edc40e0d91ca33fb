package dev.headroom.demo.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request, read whole. */
@SuppressWarnings("ArrayRecordComponent") // never compared: bytes on their way
public record Request(
    String method, String path, Map<String, List<String>> query, HttpHeaders headers, byte[] body) {

  static Request of(String method, String target, HttpHeaders headers, byte[] body) {
    QueryStringDecoder decoder = new QueryStringDecoder(target);
    return new Request(method, decoder.path(), decoder.parameters(), headers, body);
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  public Optional<String> query(String name) {
    List<String> values = query.getOrDefault(name, List.of());
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
  }
}
