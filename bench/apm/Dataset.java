import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * Spans in the shape of Jaeger's ClickHouse benchmark
 * (internal/storage/v2/clickhouse/BENCHMARKING.md): ten services, ten spans per trace, eleven
 * attributes of 97 keys with up to 1,000 values each, as OTLP requests of 500 spans. Of each of 200
 * endpoints the keys are always the same and the values skewed, as those of a real program; with
 * {@code uniform} both are random for every span.
 */
final class Dataset {
  static final int SPANS_PER_REQUEST = 500;

  private static final int SERVICES = 10;
  private static final int ROUTES = 20;
  private static final int KEYS = 97;

  /** Besides method, route and status, which make eleven. */
  private static final int ATTRIBUTES = 8;

  private static final int VALUES = 1_000;

  private final Random random = new Random(4);
  private final boolean uniform;
  private final byte[][] keys = new byte[KEYS][];
  private final byte[][] values = new byte[VALUES][];
  private final int[][] keysOfEndpoint = new int[SERVICES * ROUTES][];
  private final Bytes request = new Bytes(1 << 20);
  private final Bytes spans = new Bytes(1 << 20);
  private final Bytes span = new Bytes(4_096);
  private final Bytes pair = new Bytes(256);
  private final Bytes value = new Bytes(256);

  Dataset(boolean uniform) {
    this.uniform = uniform;
    for (int i = 0; i < KEYS; i++) {
      keys[i] = utf8(key(i));
    }
    for (int i = 0; i < VALUES; i++) {
      values[i] = utf8(value(i));
    }
    for (int i = 0; i < keysOfEndpoint.length; i++) {
      keysOfEndpoint[i] = someKeys();
    }
  }

  static String key(int i) {
    return "attribute.key." + i;
  }

  static String value(int i) {
    return "value-" + i;
  }

  static long traceHigh(long trace) {
    return mix(trace * 2 + 1);
  }

  static long traceLow(long trace) {
    return mix(trace * 2 + 2) | 1;
  }

  private int[] someKeys() {
    int[] some = new int[ATTRIBUTES];
    boolean[] taken = new boolean[KEYS];
    for (int i = 0; i < ATTRIBUTES; i++) {
      int key = random.nextInt(KEYS);
      while (taken[key]) {
        key = random.nextInt(KEYS);
      }
      taken[key] = true;
      some[i] = key;
    }
    return some;
  }

  private int someValue() {
    if (uniform) {
      return random.nextInt(VALUES);
    }
    double r = random.nextDouble();
    return (int) (VALUES * r * r * r);
  }

  /**
   * The next request: traces {@code first} and following, starting at {@code start} and {@code
   * step} apart.
   */
  byte[] request(long first, long start, long step) {
    request.clear();
    long traces = SPANS_PER_REQUEST / 10;
    for (int service = 0; service < SERVICES; service++) {
      spans.clear();
      for (int t = 0; t < traces; t++) {
        spanOf(service, first + t, start + t * step);
      }
      Bytes resourceSpans = new Bytes(spans.size() + 128);
      Bytes resource = new Bytes(64);
      attribute(resource, 1, utf8("service.name"), utf8("service-" + service));
      resourceSpans.message(1, resource);
      Bytes scopeSpans = new Bytes(spans.size() + 16);
      scopeSpans.append(spans);
      resourceSpans.message(2, scopeSpans);
      request.message(1, resourceSpans);
    }
    return request.toArray();
  }

  /* Each service calls the next: a chain of SERVER spans, as the benchmark's ten spans per trace. */
  private void spanOf(int service, long trace, long start) {
    int endpoint = service * ROUTES + (int) Long.remainderUnsigned(mix(trace + 77), ROUTES);
    span.clear();
    span.tag(1, 2).varint(16).big(traceHigh(trace)).big(traceLow(trace));
    span.tag(2, 2).varint(8).big(mix(trace * 16 + service + 1));
    if (service > 0) {
      span.tag(4, 2).varint(8).big(mix(trace * 16 + service));
    }
    span.tag(5, 2).bytes(utf8("GET /route/" + endpoint));
    span.tag(6, 0).varint(2);
    long offset = service * 150_000L + random.nextInt(100_000);
    long duration = (long) (20_000_000 * Math.exp(random.nextGaussian() * 0.8)) / (service + 1);
    span.tag(7, 1).little(start + offset);
    span.tag(8, 1).little(start + offset + duration);
    attribute(span, 9, utf8("http.request.method"), utf8("GET"));
    attribute(span, 9, utf8("http.route"), utf8("/route/" + endpoint));
    integer(span, utf8("http.response.status_code"), random.nextInt(100) == 0 ? 500 : 200);
    for (int key : uniform ? someKeys() : keysOfEndpoint[endpoint]) {
      attribute(span, 9, keys[key], values[someValue()]);
    }
    spans.message(2, span);
  }

  private void attribute(Bytes out, int field, byte[] key, byte[] text) {
    value.clear();
    value.tag(1, 2).bytes(text);
    pair(out, field, key);
  }

  private void integer(Bytes out, byte[] key, long number) {
    value.clear();
    value.tag(3, 0).varint(number);
    pair(out, 9, key);
  }

  private void pair(Bytes out, int field, byte[] key) {
    pair.clear();
    pair.tag(1, 2).bytes(key);
    pair.message(2, value);
    out.message(field, pair);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long mix(long z) {
    long x = z + 0x9e3779b97f4a7c15L;
    x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }
}
