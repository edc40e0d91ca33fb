package dev.headroom.pgwire;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS 1.2 and 1.3 of one end of PostgreSQL connections, by the JDK. Immutable, thread-safe. */
public final class Tls {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /** None at all. */
  public static final Tls DISABLED = new Tls(SslMode.DISABLE, null);

  private final SslMode mode;
  private final @Nullable SSLContext context;

  private Tls(SslMode mode, @Nullable SSLContext context) {
    this.mode = mode;
    this.context = context;
  }

  /**
   * Towards servers.
   *
   * @param rootPem certificates to trust; empty: those of the JDK
   * @param identity own certificate, for servers that ask for one
   * @throws GeneralSecurityException when a certificate or key cannot be used
   */
  public static Tls toServers(SslMode mode, Optional<String> rootPem, Optional<Identity> identity)
      throws GeneralSecurityException {
    if (mode == SslMode.DISABLE) {
      return DISABLED;
    }
    SslMode effective = mode == SslMode.REQUIRE && rootPem.isPresent() ? SslMode.VERIFY_CA : mode;
    TrustManager[] trust =
        effective == SslMode.VERIFY_CA || effective == SslMode.VERIFY_FULL
            ? trusting(rootPem)
            : new TrustManager[] {new TrustAll()};
    return new Tls(effective, context(identity, trust));
  }

  /** Towards clients. */
  public static Tls toClients(Identity identity) throws GeneralSecurityException {
    return new Tls(SslMode.PREFER, context(Optional.of(identity), null));
  }

  /** A certificate with its chain, and its key, both PEM. */
  public record Identity(String certificatePem, String keyPem) {
    @Override
    public String toString() {
      return "Identity[redacted]";
    }
  }

  private static TrustManager[] trusting(Optional<String> rootPem) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    // Null: the certificates that the JDK came with.
    KeyStore roots = rootPem.isPresent() ? Pem.trusting(rootPem.get()) : null;
    factory.init(roots);
    return factory.getTrustManagers();
  }

  private static SSLContext context(Optional<Identity> identity, TrustManager @Nullable [] trust)
      throws GeneralSecurityException {
    KeyManager[] keys = null;
    if (identity.isPresent()) {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(
          Pem.identity(identity.get().certificatePem(), identity.get().keyPem()), new char[0]);
      keys = factory.getKeyManagers();
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust, new SecureRandom());
    return context;
  }

  public SslMode mode() {
    return mode;
  }

  public boolean isEnabled() {
    return context != null;
  }

  /** Must there be no connection without it? */
  public boolean isRequired() {
    return mode != SslMode.DISABLE && mode != SslMode.PREFER;
  }

  /** For a connection to {@code host}. */
  public SSLEngine clientEngine(String host, int port) {
    SSLEngine engine = requireContext().createSSLEngine(host, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    adjust(parameters);
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** For a client's connection. */
  public SSLEngine serverEngine() {
    SSLEngine engine = requireContext().createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(PROTOCOLS);
    return engine;
  }

  /** {@code socket}, encrypted, after the handshake. */
  Socket over(Socket socket, String host, int port) throws IOException {
    SSLSocket encrypted =
        (SSLSocket) requireContext().getSocketFactory().createSocket(socket, host, port, true);
    SSLParameters parameters = encrypted.getSSLParameters();
    adjust(parameters);
    encrypted.setSSLParameters(parameters);
    encrypted.startHandshake();
    return encrypted;
  }

  private void adjust(SSLParameters parameters) {
    parameters.setProtocols(PROTOCOLS);
    if (mode == SslMode.VERIFY_FULL) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
  }

  private SSLContext requireContext() {
    SSLContext present = context;
    if (present == null) {
      throw new IllegalStateException("TLS is disabled");
    }
    return present;
  }

  /* What prefer and require promise: secrecy from who listens, not from who interferes. */
  private static final class TrustAll extends X509ExtendedTrustManager {
    private static final X509Certificate[] NONE = {};

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return NONE;
    }
  }
}
