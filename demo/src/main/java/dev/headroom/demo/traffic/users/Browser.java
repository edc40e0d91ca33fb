package dev.headroom.demo.traffic.users;

import dev.headroom.demo.traffic.http.HttpRequest;
import dev.headroom.demo.traffic.load.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Loads the page, and the assets that it names. */
final class Browser {
  private static final Pattern ASSET = Pattern.compile("(?:src|href)=\"(/assets/[^\"\\s]+)\"");

  private final Caller caller;
  private final Words assets = new Words(16);

  Browser(Caller caller) {
    this.caller = caller;
  }

  boolean knowsAssets(RandomGenerator random) {
    return assets.pick(random).isPresent();
  }

  void page(long due) {
    Answer answer = caller.call(Endpoint.PAGE, HttpRequest.of("GET", "/"), due);
    if (answer.good()) {
      ASSET
          .matcher(new String(answer.body(), StandardCharsets.UTF_8))
          .results()
          .forEach(asset -> assets.add(asset.group(1)));
    }
  }

  void asset(long due, RandomGenerator random) {
    // Nothing looks into it, so it may be compressed, as for every browser.
    HttpRequest request =
        HttpRequest.of("GET", assets.pick(random).orElseThrow())
            .withField("Accept-Encoding", "gzip, br")
            .answerDropped();
    caller.call(Endpoint.ASSET, request, due);
  }
}
