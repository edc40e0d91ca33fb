package dev.headroom.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** TLS 1.2 and 1.3 for clients. */
public record TlsSpec(
    @Setting(value = "Port; 0 picks a free one.", def = "8443", min = 0, max = 65535) int listen,
    @Setting(value = "The first is for names that no other has.", required = true)
        List<CertificateSpec> certificates,
    @Setting(value = "Answer plain HTTP with a redirect to HTTPS.", def = "false") boolean redirect,
    @Setting("Tell browsers to use HTTPS for so long (RFC 6797).") Optional<Duration> hsts) {

  public TlsSpec {
    certificates = List.copyOf(certificates);
  }

  /** A certificate with its chain and its private key, both PEM. */
  public record CertificateSpec(
      @Setting(value = "The certificate, then its chain.", required = true) Value certificate,
      @Setting(value = "The private key, PKCS #8.", required = true) Value key) {}
}
