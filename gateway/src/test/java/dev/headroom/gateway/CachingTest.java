package dev.headroom.gateway;

import static dev.headroom.gateway.TestTokens.IDENTITY;
import static dev.headroom.gateway.TestTokens.get;
import static dev.headroom.gateway.TestTokens.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.signals.Vocabulary;
import dev.headroom.testing.FakeTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The response cache over real sockets. */
@Timeout(120)
class CachingTest {
  private static final String TENANTS =
      IDENTITY + "\ncache: [{path: /api/**, ttl: 30s, vary: [tenant], tags: [api]}]";

  private final TestGateways gateways = new TestGateways();
  private final FakeTime time = new FakeTime();

  @AfterEach
  void close() throws Exception {
    gateways.close();
  }

  /** Answers with a number that counts its answers, and the fields. */
  private RawUpstream counting(String fields) {
    AtomicInteger count = new AtomicInteger();
    return gateways.upstream(
        request -> {
          String body = "answer " + count.incrementAndGet();
          request.send(
              "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n%s"
                  .formatted(body.length(), fields, body));
        });
  }

  private RawClient client(String section, RawUpstream upstream) throws IOException {
    return gateways.client(gateways.start(section, time, upstream));
  }

  @Test
  void answers_again_until_it_is_stale() throws Exception {
    RawClient client = client("cache: [{path: /a/**}]", counting("Cache-Control: max-age=10\r\n"));

    RawClient.Response miss = client.get("/a?x=1");
    assertThat(miss.body()).isEqualTo("answer 1");
    assertThat(miss.has("Cache-Status: headroom; fwd=uri-miss")).isTrue();
    time.advance(Duration.ofSeconds(9));
    RawClient.Response hit = client.get("/a?x=1");
    assertThat(hit.body()).isEqualTo("answer 1");
    assertThat(hit.has("Age: 9")).isTrue();
    assertThat(hit.has("Cache-Status: headroom; hit")).isTrue();
    assertThat(client.get("/a?x=2").body()).as("another query").isEqualTo("answer 2");
    assertThat(client.send("GET /a?x=1 HTTP/1.1\r\nHost: b\r\n\r\n").read().body())
        .as("another host")
        .isEqualTo("answer 3");
    assertThat(client.get("/b").body()).as("another path").isEqualTo("answer 4");
    assertThat(client.get("/b").body()).as("no rule").isEqualTo("answer 5");
    time.advance(Duration.ofSeconds(1));
    assertThat(client.get("/a?x=1").body()).isEqualTo("answer 6");
  }

  @Test
  void a_head_is_answered_from_a_get() throws Exception {
    RawUpstream upstream = counting("Cache-Control: max-age=10\r\n");
    RawClient client = client("cache: [{path: /**}]", upstream);

    client.get("/");
    RawClient.Response head = client.send("HEAD / HTTP/1.1\r\nHost: a.example\r\n\r\n").read(true);

    assertThat(head.has("Content-Length: 8")).isTrue();
    assertThat(head.has("Cache-Status: headroom; hit")).isTrue();
    assertThat(client.get("/").body()).isEqualTo("answer 1");
    assertThat(upstream.requests).hasValue(1);
  }

  @Test
  void what_vary_names_selects() throws Exception {
    RawClient client =
        client(
            "cache: [{path: /**}]",
            counting("Cache-Control: max-age=10\r\nVary: Accept-Language, X-Plan\r\n"));

    String german = request("GET", "/", "Accept-Language: de, en\r\n");
    String english = request("GET", "/", "Accept-Language: en\r\n");
    assertThat(client.send(german).read().body()).isEqualTo("answer 1");
    assertThat(client.send(english).read().body()).isEqualTo("answer 2");
    assertThat(client.send(german).read().body()).isEqualTo("answer 1");
    assertThat(client.send(english).read().body()).isEqualTo("answer 2");
    assertThat(client.send(request("GET", "/", "accept-language: DE,en\r\n")).read().body())
        .as("blanks and case")
        .isEqualTo("answer 1");
    assertThat(
            client.send(request("GET", "/", "Accept-Language: en\r\nX-Plan: a\r\n")).read().body())
        .isEqualTo("answer 3");
  }

  @Test
  void a_client_that_has_it_gets_a_304() throws Exception {
    RawUpstream upstream =
        counting(
            "Cache-Control: max-age=10\r\nETag: \"v1\"\r\n"
                + "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n");
    RawClient client = client("cache: [{path: /**}]", upstream);

    String has = request("GET", "/", "If-None-Match: \"v0\", W/\"v1\"\r\n");
    assertThat(client.send(has).read().status()).as("also when nothing is there").isEqualTo(304);
    assertThat(upstream.heads.element()).doesNotContain("If-None-Match");
    RawClient.Response confirmed = client.send(has).read();
    assertThat(confirmed.status()).isEqualTo(304);
    assertThat(confirmed.has("ETag: \"v1\"")).isTrue();
    assertThat(confirmed.hasField("Content-Length")).isFalse();
    assertThat(client.send(request("GET", "/", "If-None-Match: \"v2\"\r\n")).read().status())
        .isEqualTo(200);
    String since = "If-Modified-Since: Thu, 01 Jan 2026 00:00:%02d GMT\r\n";
    assertThat(client.send(request("GET", "/", since.formatted(1))).read().status()).isEqualTo(304);
    assertThat(
            client
                .send(request("GET", "/", "If-None-Match: \"v2\"\r\n" + since.formatted(1)))
                .read()
                .status())
        .as("the tag goes first")
        .isEqualTo(200);
    assertThat(upstream.requests).hasValue(1);
  }

  @Test
  void a_stale_response_is_confirmed() throws Exception {
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              if (request.has("If-None-Match: \"v1\"")) {
                request.send(
                    "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=20\r\nX-New: 1\r\n\r\n");
              } else {
                request.send(
                    "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nCache-Control: max-age=10\r\n"
                        + "Content-Type: text/x\r\nContent-Length: 3\r\n\r\nabc");
              }
            });
    RawClient client = client("cache: [{path: /**}]", upstream);

    client.get("/");
    time.advance(Duration.ofSeconds(11));
    RawClient.Response confirmed = client.get("/");
    assertThat(confirmed.status()).isEqualTo(200);
    assertThat(confirmed.body()).isEqualTo("abc");
    assertThat(confirmed.has("Cache-Status: headroom; fwd=stale; fwd-status=304")).isTrue();
    assertThat(confirmed.has("X-New: 1")).isTrue();
    assertThat(confirmed.has("Content-Type: text/x")).isTrue();
    time.advance(Duration.ofSeconds(19));
    assertThat(client.get("/").has("Cache-Status: headroom; hit")).isTrue();
    assertThat(upstream.requests).hasValue(2);
  }

  @Test
  void who_finds_it_stale_gets_it_at_once_and_a_new_one_is_fetched() throws Exception {
    RawUpstream upstream = counting("");
    RawClient client =
        client("cache: [{path: /a/**, ttl: 10s, staleWhileRevalidate: 60s}]", upstream);

    assertThat(client.get("/a").body()).isEqualTo("answer 1");
    time.advance(Duration.ofSeconds(11));
    RawClient.Response stale = client.get("/a");
    assertThat(stale.body()).isEqualTo("answer 1");
    assertThat(stale.has("Age: 11")).isTrue();
    assertThat(stale.has("Cache-Status: headroom; hit; detail=stale-while-revalidate")).isTrue();
    RawClient.Response next = client.get("/a");
    while (next.body().equals("answer 1")) {
      next = client.get("/a");
    }
    assertThat(next.body()).isEqualTo("answer 2");
    assertThat(next.has("Cache-Status: headroom; hit")).isTrue();
    assertThat(upstream.requests).as("one for all of them").hasValue(2);
    time.advance(Duration.ofSeconds(70));
    assertThat(client.get("/a").body()).as("stale for too long").isEqualTo("answer 3");
  }

  @Test
  void a_response_may_forbid_stale_answers_or_permit_them() throws Exception {
    String rule = "cache: [{path: /a/**, staleWhileRevalidate: 60s}]";
    RawClient strict = client(rule, counting("Cache-Control: max-age=10, must-revalidate\r\n"));
    strict.get("/a");
    time.advance(Duration.ofSeconds(11));
    assertThat(strict.get("/a").body()).isEqualTo("answer 2");

    RawClient lax =
        client(
            "cache: [{path: /a/**}]",
            counting("Cache-Control: max-age=10, stale-while-revalidate=5\r\n"));
    lax.get("/a");
    time.advance(Duration.ofSeconds(14));
    assertThat(lax.get("/a").body()).isEqualTo("answer 1");
  }

  @Test
  void an_unsafe_method_makes_stale_what_it_changes() throws Exception {
    RawClient client = client("cache: [{path: /**}]", counting("Cache-Control: max-age=60\r\n"));

    client.get("/a?x");
    client.get("/b");
    assertThat(client.send(request("POST", "/a", "Content-Length: 0\r\n")).read().body())
        .isEqualTo("answer 3");
    assertThat(client.get("/a?x").body()).isEqualTo("answer 4");
    assertThat(client.get("/b").body()).isEqualTo("answer 2");
  }

  @Test
  void a_failed_unsafe_method_changes_nothing_and_a_location_names_more() throws Exception {
    AtomicInteger count = new AtomicInteger();
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              String body = "answer " + count.incrementAndGet();
              String fields =
                  request.line().startsWith("GET")
                      ? "200 OK\r\nCache-Control: max-age=60"
                      : request.line().contains("/bad")
                          ? "400 Bad"
                          : "201 Created\r\nLocation: http://a.example/b";
              request.send(
                  "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s"
                      .formatted(fields, body.length(), body));
            });
    RawClient client = client("cache: [{path: /**}]", upstream);

    client.get("/b");
    client.get("/bad");
    client.send(request("DELETE", "/bad", "")).read();
    assertThat(client.get("/bad").body()).isEqualTo("answer 2");
    client.send(request("PUT", "/a", "")).read();
    assertThat(client.get("/b").body()).isEqualTo("answer 5");
  }

  @Test
  void a_tenant_shares_and_another_does_not() throws Exception {
    RawUpstream upstream = counting("");
    RawClient client = client(TENANTS, upstream);

    assertThat(client.send(get("/api/x", 1, 7)).read().body()).isEqualTo("answer 1");
    assertThat(client.send(get("/api/x", 2, 7)).read().body()).isEqualTo("answer 1");
    assertThat(client.send(get("/api/x", 3, 8)).read().body()).isEqualTo("answer 2");
    RawClient.Response nobody = client.get("/api/x");
    assertThat(nobody.body()).isEqualTo("answer 3");
    assertThat(nobody.has("Cache-Status: headroom; fwd=bypass")).isTrue();
    String forged = "Authorization: Bearer " + TestTokens.signed("other", 1, 7, 1L << 40) + "\r\n";
    assertThat(client.send(request("GET", "/api/x", forged)).read().body())
        .as("not verified")
        .isEqualTo("answer 4");
    time.advance(Duration.ofSeconds(30));
    assertThat(client.send(get("/api/x", 1, 7)).read().body()).isEqualTo("answer 5");
  }

  @Test
  void writers_see_their_own_writes() throws Exception {
    RawClient client = client(TENANTS, counting(""));
    client.send(get("/api/list", 1, 7)).read();
    client.send(get("/api/list", 3, 8)).read();
    time.advance(Duration.ofSeconds(1));

    String token = "Authorization: Bearer " + TestTokens.token(1, 7) + "\r\nContent-Length: 0\r\n";
    client.send(request("POST", "/api/other", token)).read();

    assertThat(client.send(get("/api/list", 2, 7)).read().body())
        .as("a colleague may see it for its ttl")
        .isEqualTo("answer 1");
    time.advance(Duration.ofSeconds(1));
    assertThat(client.send(get("/api/list", 1, 7)).read().body()).isEqualTo("answer 4");
    assertThat(client.send(get("/api/list", 2, 7)).read().body()).isEqualTo("answer 4");
    assertThat(client.send(get("/api/list", 3, 8)).read().body()).isEqualTo("answer 2");
  }

  @Test
  void one_fill_for_many() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              asked.countDown();
              await(go);
              request.send(
                  "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked"
                      + "\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            });
    Gateway gateway = gateways.start("cache: [{path: /**}]", upstream);
    List<RawClient> clients = new ArrayList<>();
    RawClient first = gateways.client(gateway).send(request("GET", "/", ""));
    asked.await();
    for (int i = 0; i < 50; i++) {
      clients.add(gateways.client(gateway).send(request("GET", "/", "")));
    }
    TestGateways.await(() -> gateway.check() != null);
    go.countDown();

    assertThat(first.read().body()).isEqualTo("abcde");
    for (RawClient client : clients) {
      assertThat(client.read().body()).isEqualTo("abcde");
    }
    assertThat(upstream.requests).hasValue(1);
  }

  @Test
  void who_waits_does_not_depend_on_the_first_client_nor_on_what_may_not_be_kept()
      throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              asked.countDown();
              await(go);
              request.ok("mine");
            });
    Gateway gateway = gateways.start("cache: [{path: /**}]", upstream);
    RawClient first = gateways.client(gateway).send(request("GET", "/", ""));
    asked.await();
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      clients.add(gateways.client(gateway).send(request("GET", "/", "")));
    }
    first.close();
    go.countDown();

    for (RawClient client : clients) {
      assertThat(client.read().body()).isEqualTo("mine");
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void a_cut_answer_is_not_kept() throws Exception {
    AtomicInteger count = new AtomicInteger();
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              boolean cut = count.incrementAndGet() == 1;
              request.send(
                  "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 6\r\n\r\nabc");
              if (cut) {
                request.socket().close();
              } else {
                request.send("def");
              }
            });
    Gateway gateway = gateways.start("cache: [{path: /**}]", upstream);

    RawClient unlucky = gateways.client(gateway).send(request("GET", "/", ""));
    org.assertj.core.api.Assertions.assertThatThrownBy(unlucky::read)
        .isInstanceOf(IOException.class);
    assertThat(gateways.client(gateway).get("/").body()).isEqualTo("abcdef");
    assertThat(gateways.client(gateway).get("/").body()).isEqualTo("abcdef");
    assertThat(upstream.requests).hasValue(2);
  }

  @Test
  void purges_by_path_and_by_tag() throws Exception {
    RawUpstream upstream =
        counting("Cache-Control: max-age=60\r\nSurrogate-Key: One two\r\nCache-Tag: a,b\r\n");
    Gateway gateway = gateways.start("cache: [{path: /**, tags: [all]}]", time, upstream);
    RawClient client = gateways.client(gateway);
    client.get("/x/1");
    client.get("/x/2");
    client.get("/y");

    assertThat(gateway.purge(new Purge(List.of("/x/**"), List.of()))).isEqualTo(2);
    time.advance(Duration.ofMillis(1));
    assertThat(client.get("/x/1").body()).isEqualTo("answer 4");
    assertThat(client.get("/y").body()).isEqualTo("answer 3");
    assertThat(gateway.purge(new Purge(List.of(), List.of("one")))).isEqualTo(2);
    assertThat(gateway.purge(new Purge(List.of(), List.of("ALL")))).isZero();
    time.advance(Duration.ofMillis(1));
    assertThat(client.get("/y").body()).isEqualTo("answer 5");
    // An answer is kept just after it has been sent: the next one tells that it has.
    assertThat(client.get("/y").body()).isEqualTo("answer 5");
    assertThat(gateway.purge(new Purge(List.of(), List.of("b")))).isEqualTo(1);
  }

  @Test
  void assets_are_compressed_and_kept_for_ever() throws Exception {
    String script = "let x = 'something that repeats itself';\n".repeat(200);
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              assertThat(request.hasField("Accept-Encoding")).isFalse();
              request.send(
                  "HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nContent-Length: %d\r\n\r\n%s"
                      .formatted(script.length(), script));
            });
    RawClient client = client("cache: [{path: /assets/**, immutable: true}]", upstream);

    String name = "/assets/app.3f9c2b1a.js";
    RawClient.Response gzip =
        client.send(request("GET", name, "Accept-Encoding: gzip\r\nCookie: a=b\r\n")).read();
    assertThat(gzip.has("Content-Encoding: gzip")).isTrue();
    assertThat(gzip.has("Cache-Control: public, max-age=31536000, immutable")).isTrue();
    assertThat(gzip.has("Vary: Accept-Encoding")).isTrue();
    assertThat(gunzip(gzip.body())).isEqualTo(script);
    RawClient.Response brotli =
        client.send(request("GET", name, "Accept-Encoding: gzip, br\r\n")).read();
    assertThat(brotli.has("Content-Encoding: br")).isTrue();
    assertThat(brotli.body().length()).isLessThan(script.length() / 10);
    RawClient.Response plain = client.get(name);
    assertThat(plain.body()).isEqualTo(script);
    assertThat(plain.hasField("Content-Encoding")).isFalse();
    assertThat(etag(plain)).isNotEqualTo(etag(gzip)).isNotEqualTo(etag(brotli));
    assertThat(
            client
                .send(
                    request(
                        "GET",
                        name,
                        "Accept-Encoding: br\r\nIf-None-Match: " + etag(brotli) + "\r\n"))
                .read()
                .status())
        .isEqualTo(304);
    assertThat(upstream.requests).hasValue(1);
    assertThat(client.get("/assets/logo.svg").has("Cache-Control: public, max-age=3600")).isTrue();
  }

  private static String etag(RawClient.Response response) {
    var matcher = Pattern.compile("(?i)\r\netag: ([^\r]+)").matcher(response.head());
    return matcher.find() ? matcher.group(1) : "";
  }

  private static String gunzip(String body) throws IOException {
    byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    try (var in = new java.util.zip.GZIPInputStream(new java.io.ByteArrayInputStream(bytes))) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void a_slow_reader_of_pipelined_hits_costs_bounded_memory() throws Exception {
    String large = "x".repeat(200_000);
    RawUpstream upstream =
        gateways.upstream(
            request ->
                request.send(
                    "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 200000"
                        + "\r\n\r\n"
                        + large));
    Gateway gateway = gateways.start("cache: [{path: /**}]", upstream);
    RawClient client = gateways.client(gateway);
    client.get("/");

    int requests = 500;
    client.send(request("GET", "/", "").repeat(requests));
    for (int i = 0; i < requests; i++) {
      assertThat(client.read().body()).hasSize(200_000);
    }
    assertThat(upstream.requests).hasValue(1);
  }

  /** 10,000 requests of 200 users in 20 tenants at once: nobody sees what another should. */
  @Test
  void one_callers_answer_never_reaches_another() throws Exception {
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              String token =
                  Pattern.compile("Bearer (\\S+)")
                      .matcher(request.head())
                      .results()
                      .findFirst()
                      .orElseThrow()
                      .group(1);
              String claims =
                  new String(
                      java.util.Base64.getUrlDecoder().decode(token.split("\\.")[1]),
                      java.nio.charset.StandardCharsets.UTF_8);
              request.ok(
                  request.line().split(" ")[1].startsWith("/api/user")
                      ? claims.replaceAll(".*\"sub\":\"(\\d+)\",\"org\":(\\d+).*", "$2/$1")
                      : claims.replaceAll(".*\"org\":(\\d+).*", "$1"));
            });
    Gateway gateway =
        gateways.start(
            IDENTITY
                + """

                cache:
                  - {path: /api/tenant/**, ttl: 30s, vary: [tenant]}
                  - {path: /api/user/**, ttl: 30s, vary: [user]}
                """,
            upstream);
    int threads = 8;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int seed = t;
        all.add(
            pool.submit(
                () -> {
                  SplittableRandom random = new SplittableRandom(seed);
                  RawClient client = gateway(gateway);
                  for (int i = 0; i < 1250; i++) {
                    int tenant = random.nextInt(20);
                    int user = random.nextInt(10);
                    boolean personal = random.nextBoolean();
                    String path = personal ? "/api/user/" : "/api/tenant/";
                    String body =
                        client.send(get(path + random.nextInt(3), user, tenant)).read().body();
                    assertThat(body).isEqualTo(personal ? tenant + "/" + user : "" + tenant);
                  }
                  client.close();
                  return 1250;
                }));
      }
      int tries = 0;
      for (Future<Integer> each : all) {
        tries += each.get();
      }
      assertThat(tries).isEqualTo(10_000);
    }
    assertThat(upstream.requests.get()).as("most were answered from the cache").isLessThan(2_000);
  }

  private static RawClient gateway(Gateway gateway) throws IOException {
    return new RawClient(gateway.address());
  }

  @Test
  void outcomes_are_told() throws Exception {
    RawUpstream upstream = counting("Cache-Control: max-age=60\r\n");
    Gateway gateway = gateways.start("cache: [{path: /a}]", upstream);
    RawClient client = gateways.client(gateway);
    for (int i = 0; i < 4; i++) {
      client.get("/a");
    }
    client.send(request("GET", "/a", "Range: bytes=0-1\r\n")).read();
    TestGateways.await(() -> gateways.exchanges.size() == 5);

    gateway.close();

    assertThat(gateways.sum(Vocabulary.CACHE_REQUESTS, "hit")).isEqualTo(3);
    assertThat(gateways.sum(Vocabulary.CACHE_REQUESTS, "miss")).isEqualTo(1);
    assertThat(gateways.sum(Vocabulary.CACHE_REQUESTS, "bypass")).isEqualTo(1);
    assertThat(gateways.sum(Vocabulary.CACHE_STORES, "/a")).isEqualTo(1);
    assertThat(gateways.sum(Vocabulary.CACHE_SERVED_BYTES, "/a")).isEqualTo(24);
  }

  /** A shared store in memory, which a test may make slow. */
  private static final class Shared implements SharedCache {
    private final java.util.Map<String, byte[]> values =
        new java.util.concurrent.ConcurrentHashMap<>();
    private volatile boolean away;
    private volatile boolean broken;
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public CompletableFuture<List<java.util.Optional<byte[]>>> get(List<String> keys) {
      asked.incrementAndGet();
      return away
          ? new CompletableFuture<>()
          : CompletableFuture.completedFuture(
              keys.stream().map(key -> java.util.Optional.ofNullable(values.get(key))).toList());
    }

    @Override
    public CompletableFuture<Boolean> put(String key, byte[] value, Duration life) {
      if (broken) {
        return CompletableFuture.failedFuture(new IllegalStateException("broken"));
      }
      if (!away) {
        values.put(key, value);
      }
      return away ? new CompletableFuture<>() : CompletableFuture.completedFuture(true);
    }
  }

  @Test
  void a_second_gateway_finds_what_the_first_has_kept() throws Exception {
    Shared shared = new Shared();
    RawUpstream upstream = counting("Cache-Control: max-age=60\r\nETag: \"a\"\r\n");
    Gateway.Options options = Gateway.Options.defaults().withShared(shared);
    var app = TestApps.parsed("cache: [{path: /**}]");
    Gateway first = gateways.start(app, time, options, upstream);
    RawClient client = gateways.client(first);
    client.get("/");
    client.get("/b");

    Gateway second = gateways.start(app, time, options, upstream);
    RawClient other = gateways.client(second);
    assertThat(other.get("/").body()).isEqualTo("answer 1");
    assertThat(other.get("/").has("Cache-Status: headroom; hit")).isTrue();
    time.advance(Duration.ofSeconds(1));
    client.send(request("POST", "/b", "Content-Length: 0\r\n")).read();
    assertThat(other.get("/b").body()).as("written to at the first").isEqualTo("answer 4");
    time.advance(Duration.ofSeconds(1));
    first.purge(new Purge(List.of("/x"), List.of()));
    Gateway third = gateways.start(app, time, options, upstream);
    assertThat(gateways.client(third).get("/").body()).as("purged").isEqualTo("answer 5");
  }

  @Test
  void a_shared_store_that_is_away_costs_little() throws Exception {
    Shared shared = new Shared();
    shared.away = true;
    RawUpstream upstream = counting("Cache-Control: max-age=60\r\n");
    Gateway gateway =
        gateways.start(
            TestApps.parsed("cacheStore: {redisTimeout: 20ms}\ncache: [{path: /**}]"),
            time,
            Gateway.Options.defaults().withShared(shared),
            upstream);
    RawClient client = gateways.client(gateway);

    for (int i = 0; i < 30; i++) {
      assertThat(client.get("/" + i).status()).isEqualTo(200);
    }

    assertThat(shared.asked).as("left alone after five failures").hasValueLessThan(10);
    assertThat(client.get("/1").has("Cache-Status: headroom; hit")).isTrue();
  }

  @Test
  void a_purge_while_the_shared_store_is_away_is_not_lost() throws Exception {
    Shared shared = new Shared();
    RawUpstream upstream = counting("Cache-Control: max-age=600\r\n");
    Gateway.Options options = Gateway.Options.defaults().withShared(shared);
    var app = TestApps.parsed("cacheStore: {redisTimeout: 20ms}\ncache: [{path: /**}]");
    Gateway first = gateways.start(app, time, options, upstream);
    Gateway second = gateways.start(app, time, options, upstream);
    RawClient client = gateways.client(first);
    assertThat(client.get("/").body()).isEqualTo("answer 1");

    shared.broken = true;
    time.advance(Duration.ofSeconds(1));
    first.purge(new Purge(List.of("/"), List.of()));
    shared.broken = false;
    client.get("/other"); // Asks the store, and tells it first.

    assertThat(gateways.client(second).get("/").body()).isEqualTo("answer 3");
  }
}
