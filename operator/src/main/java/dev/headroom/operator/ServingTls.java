package dev.headroom.operator;

import dev.headroom.base.UserError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key and a certificate that this process makes for itself, and whom it believes.
 *
 * @param certificate in PEM, for who shall believe us
 * @param asksForClientCertificate whether only holders of a certificate of the given CA may ask
 */
record ServingTls(SSLContext context, String certificate, boolean asksForClientCertificate) {
  private static final String ALIAS = "headroom";
  private static final long PATIENCE_SECONDS = 30;

  /**
   * Makes a new key pair with the JDK's keytool; a restart makes another.
   *
   * @param names that clients call us by
   * @param clientCa in PEM; empty: anyone may ask
   */
  static ServingTls create(List<String> names, Optional<String> clientCa) {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String password = HexFormat.of().formatHex(random);
    try {
      KeyStore keys = generate(names, password);
      KeyManagerFactory keyManagers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keyManagers.init(keys, password.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          keyManagers.getKeyManagers(),
          clientCa.isPresent() ? trust(clientCa.get()) : null,
          new SecureRandom());
      return new ServingTls(context, pem(keys.getCertificate(ALIAS)), clientCa.isPresent());
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("a certificate of our own", e);
    }
  }

  private static KeyStore generate(List<String> names, String password)
      throws IOException, GeneralSecurityException {
    Path folder = Files.createTempDirectory("headroom-tls");
    Path file = folder.resolve("keys.p12");
    try {
      ProcessBuilder command =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  ALIAS,
                  "-keyalg",
                  "EC",
                  "-groupname",
                  "secp256r1",
                  "-dname",
                  "CN=" + names.getFirst(),
                  "-ext",
                  "san="
                      + names.stream().map(name -> "dns:" + name).collect(Collectors.joining(",")),
                  "-validity",
                  "3650",
                  "-storetype",
                  "PKCS12",
                  "-storepass:env",
                  "HEADROOM_STORE",
                  "-keystore",
                  file.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile());
      // Not among the arguments, which every user of the machine can read.
      command.environment().put("HEADROOM_STORE", password);
      Process keytool = command.start();
      if (!keytool.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        keytool.destroyForcibly();
        throw UserError.machine(
            "keytool made no key (expected: the JDK's own, in java.home): "
                + Files.readString(folder.resolve("log")).trim());
      }
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        keys.load(in, password.toCharArray());
      }
      return keys;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UserError.machine("interrupted while a key was made");
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder.resolve("log"));
      Files.deleteIfExists(folder);
    }
  }

  private static TrustManager[] trust(String ca) throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    int number = 0;
    for (Certificate certificate :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(ca.getBytes(StandardCharsets.UTF_8)))) {
      trusted.setCertificateEntry("ca-" + number++, certificate);
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    return managers.getTrustManagers();
  }

  private static String pem(Certificate certificate) throws GeneralSecurityException {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
            .encodeToString(certificate.getEncoded())
        + "\n-----END CERTIFICATE-----\n";
  }
}
