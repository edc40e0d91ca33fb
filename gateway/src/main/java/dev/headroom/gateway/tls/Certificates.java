package dev.headroom.gateway.tls;

import dev.headroom.base.UserError;
import dev.headroom.spec.TlsSpec;
import dev.headroom.spec.TlsSpec.CertificateSpec;
import dev.headroom.spec.Value;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.Mapping;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a document, chosen by the name that the client asks for (RFC 6066, section
 * 3); the first one is for names that no other has. BoringSSL does the work where it is there.
 */
public final class Certificates implements Mapping<String, SslContext> {
  /** {@code GeneralName} of RFC 5280 for a DNS name. */
  private static final int DNS_NAME = 2;

  private final SslContext first;
  private final Map<String, SslContext> byName;

  private Certificates(SslContext first, Map<String, SslContext> byName) {
    this.first = first;
    this.byName = Map.copyOf(byName);
  }

  /**
   * Reads them.
   *
   * @param secrets finds a value of the document by its path
   * @throws UserError when one is no certificate, or a key does not belong to it
   */
  public static Certificates of(TlsSpec spec, BiFunction<String, Value, String> secrets) {
    SslContext first = null;
    Map<String, SslContext> byName = new HashMap<>();
    for (int i = 0; i < spec.certificates().size(); i++) {
      String path = "spec.gateway.tls.certificates[" + i + "]";
      CertificateSpec each = spec.certificates().get(i);
      String certificate = secrets.apply(path + ".certificate", each.certificate());
      String key = secrets.apply(path + ".key", each.key());
      try {
        SslContext context = context(certificate, key);
        first = first == null ? context : first;
        for (String name : names(certificate)) {
          byName.putIfAbsent(name, context);
        }
      } catch (IOException | CertificateException | IllegalArgumentException e) {
        // The library's own words may hold a piece of the key, so they are not shown.
        throw UserError.usage(
            path
                + ": (redacted) (expected: a certificate with its chain and its private key, PEM)");
      }
    }
    if (first == null) {
      throw new IllegalArgumentException("no certificate"); // spec asks for one.
    }
    return new Certificates(first, byName);
  }

  private static SslContext context(String certificate, String key) throws IOException {
    return SslContextBuilder.forServer(stream(certificate), stream(key))
        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
        .protocols("TLSv1.3", "TLSv1.2")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                "h2",
                "http/1.1"))
        .build();
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> names(String certificate) throws CertificateException {
    X509Certificate leaf =
        (X509Certificate)
            CertificateFactory.getInstance("X.509").generateCertificate(stream(certificate));
    Collection<List<?>> names = leaf.getSubjectAlternativeNames();
    if (names == null) {
      return List.of();
    }
    return names.stream()
        .filter(name -> name.getFirst().equals(DNS_NAME))
        .map(name -> String.valueOf(name.get(1)).toLowerCase(Locale.ROOT))
        .toList();
  }

  /** Also for a name that is missing or that nobody has. */
  @Override
  public SslContext map(@Nullable String name) {
    if (name == null) {
      return first;
    }
    String lower = name.toLowerCase(Locale.ROOT);
    SslContext exact = byName.get(lower);
    if (exact != null) {
      return exact;
    }
    int dot = lower.indexOf('.');
    SslContext wildcard = dot < 0 ? null : byName.get("*" + lower.substring(dot));
    return wildcard == null ? first : wildcard;
  }
}
