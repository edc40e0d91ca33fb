package dev.headroom.pgwire;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** Certificates and keys as PEM (RFC 7468). */
final class Pem {
  private static final List<String> KEY_TYPES = List.of("RSA", "EC", "EdDSA");

  private Pem() {}

  /** At least one. */
  static Collection<? extends Certificate> certificates(String pem)
      throws GeneralSecurityException {
    Collection<? extends Certificate> certificates =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("no certificate (expected: -----BEGIN CERTIFICATE-----)");
    }
    return certificates;
  }

  /** An unencrypted PKCS #8 key. */
  static PrivateKey key(String pem) throws GeneralSecurityException {
    String begin = "-----BEGIN PRIVATE KEY-----";
    int from = pem.indexOf(begin);
    int to = pem.indexOf("-----END PRIVATE KEY-----");
    if (from < 0 || to < from) {
      throw new GeneralSecurityException(
          "no key (expected: -----BEGIN PRIVATE KEY-----; `openssl pkcs8 -topk8 -nocrypt` converts"
              + " others)");
    }
    byte[] bytes;
    try {
      bytes = Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("the key is not base 64", e);
    }
    GeneralSecurityException last = new GeneralSecurityException("no key type is known");
    for (String type : KEY_TYPES) {
      try {
        return KeyFactory.getInstance(type).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (GeneralSecurityException e) {
        last = e;
      }
    }
    throw new GeneralSecurityException("the key is none of " + KEY_TYPES, last);
  }

  /** A store that trusts these. */
  static KeyStore trusting(String pem) throws GeneralSecurityException {
    KeyStore store = empty();
    int i = 0;
    for (Certificate certificate : certificates(pem)) {
      store.setCertificateEntry("root-" + i++, certificate);
    }
    return store;
  }

  /** A store that has a key and its chain. */
  static KeyStore identity(String chainPem, String keyPem) throws GeneralSecurityException {
    KeyStore store = empty();
    Certificate[] chain = certificates(chainPem).toArray(X509Certificate[]::new);
    store.setKeyEntry("own", key(keyPem), new char[0], chain);
    return store;
  }

  private static KeyStore empty() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    } catch (java.io.IOException e) {
      throw new IllegalStateException("an empty store needs no file", e);
    }
  }
}
