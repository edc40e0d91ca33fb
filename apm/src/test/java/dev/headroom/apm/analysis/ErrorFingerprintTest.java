package dev.headroom.apm.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Stack traces of three languages, grouped as a person would. */
class ErrorFingerprintTest {

  /** The groups of the file, by name: what is under one name is one mistake. */
  private static Map<String, List<String>> groups() throws IOException {
    String text;
    try (InputStream in = ErrorFingerprintTest.class.getResourceAsStream("/stacks/groups.txt")) {
      text =
          new String(java.util.Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
    Map<String, List<String>> groups = new LinkedHashMap<>();
    for (String group : text.split("(?m)^=== ")) {
      if (!group.isBlank()) {
        int line = group.indexOf('\n');
        groups.put(
            group.substring(0, line), List.of(group.substring(line + 1).split("(?m)^---\n")));
      }
    }
    return groups;
  }

  private static ErrorFingerprint of(String stack) {
    boolean python = stack.startsWith("Traceback");
    String line =
        python ? stack.strip().lines().toList().getLast() : stack.lines().findFirst().orElse("");
    int colon = line.indexOf(": ");
    return ErrorFingerprint.of(
        "api",
        colon < 0 ? line : line.substring(0, colon),
        colon < 0 ? "" : line.substring(colon + 2),
        stack);
  }

  @Test
  void whatIsOneMistakeIsOneGroupAndNothingElseIsInIt() throws IOException {
    Map<String, String> ids = new LinkedHashMap<>();
    int traces = 0;
    for (Map.Entry<String, List<String>> group : groups().entrySet()) {
      List<String> found = group.getValue().stream().map(stack -> of(stack).id()).toList();
      traces += found.size();
      assertThat(found).as(group.getKey()).containsOnly(found.getFirst());
      assertThat(ids.put(found.getFirst(), group.getKey())).as(group.getKey()).isNull();
    }
    assertThat(traces).isGreaterThanOrEqualTo(40);
  }

  @Test
  void theLocationIsTheFrameThatThrew() throws IOException {
    Map<String, List<String>> groups = groups();
    List<String> locations = new ArrayList<>();
    groups.values().forEach(group -> locations.add(of(group.getFirst()).location()));
    assertThat(locations)
        .contains(
            "UserView.render",
            "Session.run",
            "Gateway.charge",
            "src/users.js getUser",
            "src/validate.js validate",
            "shop/cart.py total",
            "app/db.py query",
            "");
  }

  @Test
  void messagesWithoutAStackDifferByTheirWordsOnly() {
    assertThat(ErrorFingerprint.masked("user 17 of 'acme' at 10.0.0.1:80 not found"))
        .isEqualTo("user # of ? at # not found");
    assertThat(ErrorFingerprint.of("api", "E", "no user 17", "").id())
        .isEqualTo(ErrorFingerprint.of("api", "E", "no user 18", "").id())
        .isNotEqualTo(ErrorFingerprint.of("api", "E", "no team 18", "").id())
        .isNotEqualTo(ErrorFingerprint.of("web", "E", "no user 18", "").id());
  }

  @Test
  void whateverIsSentIsReadInGoodTime() {
    Random random = new Random(5);
    String[] words = {
      "at ", "\tat a.b.C(", "C.java:1)", "File \"", "\", line 1", "Caused by: ", "(((", "/x.js:1:1",
      "\n", "$$", "lambda$", "Traceback (most recent call last):", "[cause]: ", "    ", "é", "\0"
    };
    for (int round = 0; round < 500; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 200; i++) {
        text.append(words[random.nextInt(words.length)]);
      }
      assertThat(ErrorFingerprint.of("s", "T", text.toString(), text.toString()).id()).hasSize(16);
    }
    String long1 = "\tat " + "a.".repeat(15_000) + "b(";
    assertThat(ErrorFingerprint.of("s", "T", "", long1).id()).hasSize(16);
  }
}
