package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import dev.headroom.pgwire.SslMode;
import dev.headroom.pgwire.Tls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers that ask for a certificate are shown it. The server here goes as far as the handshake.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServerCertificateTest {
  @TempDir Path folder;

  private final BlockingQueue<String> shown = new LinkedBlockingQueue<>();

  @Test
  void aServerThatAsksForACertificateIsShownIt() throws Exception {
    Certificates server = Certificates.make(folder, "ip:127.0.0.1");
    Certificates client = Certificates.make(folder, "dns:router.example");
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> serve(listener, context(server, client)));
      Tls tls =
          Tls.toServers(
              SslMode.VERIFY_FULL,
              Optional.of(server.certificatePem()),
              Optional.of(client.identity()));
      Member member =
          new Member(
              "pg",
              new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), listener.getLocalPort()));
      try (Router router =
          Router.start(
              RouterFixture.spec(4, Duration.ofSeconds(1), Duration.ofSeconds(60)),
              List.of(member),
              new DatabaseAccess("app", "app", "secret").with(tls),
              ClientAccess.APPLICATION_ONLY,
              QueryListener.NONE,
              telemetry -> {},
              TimeSource.system())) {
        assertThat(router.address().getPort()).isPositive();
        assertThat(shown.poll(20, TimeUnit.SECONDS)).isEqualTo("[dns:router.example]");
      }
    }
  }

  private void serve(ServerSocket listener, SSLContext context) {
    while (!listener.isClosed()) {
      try (Socket plain = listener.accept()) {
        plain.getInputStream().readNBytes(8); // SSLRequest
        plain.getOutputStream().write('S');
        SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(plain, null, true);
        secure.setUseClientMode(false);
        secure.setNeedClientAuth(true);
        secure.startHandshake();
        var certificate = (X509Certificate) secure.getSession().getPeerCertificates()[0];
        shown.add(
            certificate.getSubjectAlternativeNames().stream()
                .map(name -> "dns:" + name.get(1))
                .toList()
                .toString());
      } catch (Exception e) {
        shown.add(e.toString());
      }
    }
  }

  private static SSLContext context(Certificates own, Certificates trusted) {
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      String key = own.keyPem().replaceAll("-----[A-Z ]+-----|\\s", "");
      keys.setKeyEntry(
          "own",
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key))),
          new char[0],
          new Certificate[] {certificate(own)});
      KeyManagerFactory keyManagers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keyManagers.init(keys, new char[0]);
      KeyStore roots = KeyStore.getInstance("PKCS12");
      roots.load(null, null);
      roots.setCertificateEntry("client", certificate(trusted));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(roots);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Certificate certificate(Certificates of) throws CertificateException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(
            new ByteArrayInputStream(of.certificatePem().getBytes(StandardCharsets.US_ASCII)));
  }
}
