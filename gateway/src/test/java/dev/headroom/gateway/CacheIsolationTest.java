package dev.headroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Callers of every kind ask for the same few paths at once, while fills run and purges come: each
 * must be given what the application would have told that caller.
 */
@Timeout(120)
class CacheIsolationTest {
  private static final int TRIES = 12_000;
  private static final int THREADS = 8;
  private static final List<String> LANGUAGES = List.of("de", "en", "fr");
  private static final String GATEWAY =
      """
      identity:
        jwt: {secret: headroom-demo-secret, user: sub, tenant: org, cookie: session}
        apiKeys: {keys: [{value: key-a, name: a, user: a, tenant: t}, {value: key-b, name: b}]}
      cache:
        - {path: /tenant/**, ttl: 30s, vary: [tenant]}
        - {path: /user/**, ttl: 30s, vary: [user]}
        - {path: /ttl/**, ttl: 30s}
        - {path: /lang/**}
        - {path: /cookie/**}
        - {path: /private/**}
        - {path: /public/**}
        - {path: /age/**}
      """;

  private static final Pattern TOKEN = Pattern.compile("(?:Bearer |session=)([^\\s;]+)");
  private static final Pattern CLAIMS = Pattern.compile("\"sub\":\"(\\w+)\",\"org\":(\\w+)");

  private final TestGateways gateways = new TestGateways();

  @AfterEach
  void close() throws Exception {
    gateways.close();
  }

  /**
   * Who asks.
   *
   * @param credentials field lines
   * @param user tenant and user as the application knows them; empty when it knows nobody
   */
  private record Someone(String credentials, String tenant, String user) {
    String fields(String language) {
      return credentials + "Accept-Language: " + language + "\r\n";
    }
  }

  /* After one answer that may not be kept a key is let alone for a while: there only cookies come. */
  private static Someone someone(String kind, SplittableRandom random) {
    Someone someone = someone(random);
    while (kind.equals("age") && !someone.credentials.matches("(?s)|Cookie: .*")) {
      someone = someone(random);
    }
    return someone;
  }

  private static Someone someone(SplittableRandom random) {
    String tenant = Integer.toString(random.nextInt(5));
    String user = Integer.toString(random.nextInt(6));
    String token = TestTokens.token(Long.parseLong(user), Long.parseLong(tenant));
    return switch (random.nextInt(7)) {
      case 0 -> new Someone("", "", "");
      case 1 -> new Someone("Cookie: theme=" + user + "\r\n", "", "");
      case 2 -> new Someone("X-API-Key: key-a\r\n", "t", "a");
      case 3 -> new Someone("X-API-Key: key-b\r\n", "", "");
      // The signature is another's: to the gateway it is nobody, whatever the application says.
      case 4 ->
          new Someone(
              "Authorization: Bearer "
                  + TestTokens.signed("another-secret", 1, 1, 4_000_000_000L)
                  + "\r\n",
              "1",
              "1");
      case 5 -> new Someone("Cookie: session=" + token + "\r\n", tenant, user);
      default -> new Someone("Authorization: Bearer " + token + "\r\n", tenant, user);
    };
  }

  /* What the application says to a request; the gateway's answer must be the same. */
  private static String body(String path, String head) {
    String who = field(head, "Authorization") + field(head, "Cookie") + field(head, "X-API-Key");
    String[] known = known(head);
    return switch (path.substring(1, path.indexOf('/', 1))) {
      case "tenant" -> "tenant " + known[0];
      case "user" -> "user " + known[0] + "/" + known[1];
      case "lang" -> "in " + field(head, "Accept-Language");
      case "public" -> "for all";
      default -> "for " + who;
    };
  }

  private static String[] known(String head) {
    if (field(head, "X-API-Key").equals("key-a")) {
      return new String[] {"t", "a"};
    }
    Matcher token = TOKEN.matcher(head);
    if (!token.find()) {
      return new String[] {"", ""};
    }
    String claims =
        new String(
            java.util.Base64.getUrlDecoder().decode(token.group(1).split("\\.")[1]),
            java.nio.charset.StandardCharsets.UTF_8);
    Matcher parts = CLAIMS.matcher(claims);
    assertThat(parts.find()).isTrue();
    return new String[] {parts.group(2), parts.group(1)};
  }

  private static String field(String head, String name) {
    Matcher value = Pattern.compile("\r\n" + name + ": ([^\r]*)\r\n").matcher(head);
    return value.find() ? value.group(1) : "";
  }

  private void answer(RawUpstream.Request request) throws IOException {
    LockSupport.parkNanos(500_000); // So that others come meanwhile, and wait.
    String path = request.line().split(" ")[1];
    String body = body(path, request.head());
    String says =
        switch (path.substring(1, path.indexOf('/', 1))) {
          case "lang" -> "Cache-Control: public, max-age=60\r\nVary: Accept-Language\r\n";
          case "cookie" -> "Cache-Control: public, max-age=60\r\nSet-Cookie: for=" + body + "\r\n";
          case "private" -> "Cache-Control: private, max-age=60\r\n";
          case "public" -> "Cache-Control: public, max-age=60\r\n";
          case "age" ->
              "Cache-Control: max-age=60\r\nVary: Cookie, X-API-Key\r\nETag: \"%x\"\r\n"
                  .formatted(body.hashCode());
          default -> "";
        };
    request.send(
        "HTTP/1.1 200 OK\r\n" + says + "Content-Length: " + body.length() + "\r\n\r\n" + body);
  }

  @Test
  void what_is_said_to_one_caller_never_reaches_another() throws Exception {
    Gateway gateway = gateways.start(GATEWAY, gateways.upstream(this::answer));
    List<String> kinds =
        List.of("tenant", "user", "ttl", "lang", "cookie", "private", "public", "age");
    Map<String, AtomicInteger> hits = new ConcurrentHashMap<>();
    List<String> leaks = java.util.Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Void>> all = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        int seed = t;
        all.add(
            pool.submit(
                () -> {
                  SplittableRandom random = new SplittableRandom(seed);
                  try (RawClient client = new RawClient(gateway.address())) {
                    for (int i = 0; i < TRIES / THREADS; i++) {
                      String kind = kinds.get(random.nextInt(kinds.size()));
                      String path = "/" + kind + "/" + random.nextInt(2);
                      String fields =
                          someone(kind, random)
                              .fields(LANGUAGES.get(random.nextInt(LANGUAGES.size())));
                      String request = TestTokens.request("GET", path, fields);
                      RawClient.Response response = client.send(request).read();
                      String mine = body(path, request);
                      if (!response.body().equals(mine)
                          || (response.hasField("Set-Cookie")
                              && !response.has("Set-Cookie: for=" + mine))) {
                        leaks.add(request + " => " + response);
                      }
                      if (response.head().contains("headroom; hit")) {
                        hits.computeIfAbsent(kind, each -> new AtomicInteger()).incrementAndGet();
                      }
                      if (random.nextInt(100) == 0) {
                        gateway.purge(new Purge(List.of("/**"), List.of()));
                      }
                    }
                  }
                  return null;
                }));
      }
      for (Future<Void> each : all) {
        each.get();
      }
    }
    assertThat(leaks).isEmpty();
    // Nothing is proven where nothing was answered from the cache.
    for (String kind : List.of("age", "lang", "public", "tenant", "user")) {
      assertThat(hits.getOrDefault(kind, new AtomicInteger())).as(kind).hasValueGreaterThan(50);
    }
  }
}
