package dev.headroom.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.UserError;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever is written, the answer is a document or a list of problems, and soon. */
class DocumentsFuzzTest {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final String[] PIECES = {
    "null",
    "~",
    "{",
    "}",
    "[",
    "]",
    "- ",
    ": ",
    "\n",
    "\n  ",
    "\t",
    "&a ",
    "*a",
    "<<: ",
    "!!int ",
    "'",
    "\"",
    "|\n",
    ">-\n",
    "#",
    "? ",
    "%",
    "@",
    "\u0000",
    "\uFEFF",
    "99999999999999999999",
    "-1",
    "1e9",
    "0x1F",
    "{env: X}",
    "---\n",
    "...\n",
    "true",
    ", ",
    "\\",
    "é",
    "\uD800",
    "spec:",
    "/**"
  };

  @Test
  void mutatedDocuments() {
    String[] seeds = {
      TestDocuments.resource("full.yaml"),
      TestDocuments.resource("design.yaml"),
      TestDocuments.resource("production.yaml")
    };
    Random random = new Random(20261123);
    int refused = 0;
    for (int round = 0; round < 800; round++) {
      String text = mutated(seeds[round % seeds.length], random);
      String overlay = round % 5 == 0 ? mutated(seeds[2], random) : "";
      refused += refused(List.of(new Source("a", text), new Source("b", overlay))) ? 1 : 0;
    }
    // Some mutations fall into comments or change a name: the fuzz reaches both outcomes.
    assertThat(refused).isBetween(250, 799);
  }

  @Test
  void hostileShapesEndSoon() {
    String[] hostile = {
      "[".repeat(500_000),
      "{a: ".repeat(200_000),
      "- ".repeat(300_000),
      "? ".repeat(300_000),
      "a: ".repeat(300_000),
      "&a ".repeat(300_000),
      "a".repeat(1_000_000),
      "? " + "a".repeat(1_000_000) + "\n: x\n",
      "\"" + "\\n".repeat(400_000),
      "x: |\n" + " a\n".repeat(300_000),
      "a: 1\n".repeat(150_000),
      "spec: {services: {" + "a: {}, ".repeat(15_000) + "}}",
      "# ".repeat(500_000)
    };
    for (String text : hostile) {
      // Processor time: what else the machine does must not fail the test.
      long before = THREADS.getCurrentThreadCpuTime();
      assertThat(refused(List.of(new Source("a", text)))).isTrue();
      assertThat(Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - before))
          .as(text.substring(0, 10))
          .isLessThan(Duration.ofSeconds(5));
    }
  }

  private static boolean refused(List<Source> sources) {
    try {
      Documents.parse(sources);
      return false;
    } catch (UserError e) {
      assertThat(e).hasMessageContaining("(expected: ");
      return true;
    }
  }

  private static String mutated(String seed, Random random) {
    StringBuilder text = new StringBuilder(seed);
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(4)) {
        case 0 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
        case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(20)));
        case 2 -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
        default -> {
          byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          text = new StringBuilder(new String(bytes, StandardCharsets.UTF_8));
        }
      }
      if (text.isEmpty()) {
        text.append(' ');
      }
    }
    return text.toString();
  }
}
