package dev.headroom.gateway.identity;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * Where a request comes from, as far as it is believed.
 *
 * @param address as limits count it
 * @param text the whole address
 * @param secure the client came over TLS
 * @param forwardedFields what the upstream is told of it: field lines
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Origin(ClientAddress address, String text, boolean secure, byte[] forwardedFields) {

  public static Origin of(InetAddress address, boolean secure, KeyedHash hash) {
    String text = address.getHostAddress();
    return new Origin(
        ClientAddress.of(address, hash),
        text,
        secure,
        ("X-Forwarded-For: "
                + text
                + "\r\nX-Forwarded-Proto: "
                + (secure ? "https" : "http")
                + "\r\n")
            .getBytes(StandardCharsets.US_ASCII));
  }
}
