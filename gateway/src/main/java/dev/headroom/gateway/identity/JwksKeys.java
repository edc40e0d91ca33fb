package dev.headroom.gateway.identity;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.VerificationJwkSelector;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * The public keys of an identity provider (RFC 7517), fetched on a thread of their own: at the
 * start, every five minutes, and when a token names a key that is not there, at most every ten
 * seconds. The last good keys stay in use while the provider is away. Thread-safe.
 */
final class JwksKeys implements VerificationKeyResolver, AutoCloseable {
  private static final Logger LOG = System.getLogger(JwksKeys.class.getName());
  private static final Duration EVERY = Duration.ofMinutes(5);
  private static final Duration SOONEST = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int LARGEST = 1 << 20;

  private final URI url;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final Semaphore wanted = new Semaphore(0);
  private final CountDownLatch first = new CountDownLatch(1);
  private final Thread thread;
  // Written by the fetching thread, read by the loops.
  private volatile List<JsonWebKey> keys = List.of();
  private volatile String trouble = "no keys yet";

  private JwksKeys(String url) {
    this.url = URI.create(url);
    this.thread = Thread.ofVirtual().name("jwks " + url).unstarted(this::run);
  }

  /** Fetches from here on; waits a few seconds for the first keys and goes on without them. */
  static JwksKeys start(String url) {
    JwksKeys keys = new JwksKeys(url);
    keys.thread.start();
    try {
      keys.first.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return keys;
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        fetch();
        first.countDown();
        TimeUnit.MILLISECONDS.sleep(SOONEST.toMillis());
        wanted.drainPermits();
        long rest = trouble.isEmpty() ? EVERY.minus(SOONEST).toMillis() : 0;
        wanted.tryAcquire(rest, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Closed.
    }
  }

  private void fetch() throws InterruptedException {
    try {
      HttpResponse<InputStream> response =
          http.send(
              HttpRequest.newBuilder(url).timeout(PATIENCE).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        byte[] bytes = body.readNBytes(LARGEST);
        if (response.statusCode() != 200) {
          throw new IOException("answered " + response.statusCode());
        }
        keys =
            List.copyOf(
                new JsonWebKeySet(new String(bytes, StandardCharsets.UTF_8)).getJsonWebKeys());
      }
      trouble = "";
    } catch (IOException | JoseException e) {
      String news = url + ": no keys: " + e.getMessage();
      if (!news.equals(trouble)) {
        LOG.log(Level.WARNING, "{0} (expected: a JSON Web Key Set); tried again every 10 s", news);
      }
      trouble = news;
    }
  }

  @Override
  public Key resolveKey(JsonWebSignature signature, List<JsonWebStructure> nesting)
      throws UnresolvableKeyException {
    try {
      JsonWebKey key = new VerificationJwkSelector().select(signature, keys);
      if (key != null) {
        return key.getKey();
      }
    } catch (JoseException e) {
      throw new UnresolvableKeyException(String.valueOf(e.getMessage()), e);
    }
    if (wanted.availablePermits() == 0) {
      wanted.release();
    }
    throw new UnresolvableKeyException("no such key");
  }

  /** Why there are no keys, or only old ones; empty when all is well. */
  String trouble() {
    return trouble;
  }

  @Override
  public void close() {
    thread.interrupt();
    http.close();
  }
}
