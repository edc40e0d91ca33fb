package dev.headroom.apm.analysis;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which exceptions are the same mistake: those with the same types and the same innermost frames of
 * the application's own code; without such frames, those whose messages differ only in numbers,
 * identifiers and quoted values.
 *
 * @param id 16 hexadecimal digits
 * @param location the frame that threw; empty when it is not known
 */
public record ErrorFingerprint(String id, String location) {
  /** Deeper callers differ without the mistake being another. */
  private static final int FRAMES = 5;

  private static final int LONGEST_MESSAGE = 500;
  private static final Pattern QUOTED =
      Pattern.compile("\"[^\"\\n]*\"|'[^'\\n]*'|`[^`\\n]*`|«[^»\\n]*»");
  private static final Pattern IDENTIFIER =
      Pattern.compile(
          "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|0x[0-9a-fA-F]+"
              + "|[\\w.+-]+@[\\w-]+\\.[\\w.]+|https?://\\S+|\\b[0-9a-fA-F]{16,}\\b"
              + "|@[0-9a-f]{5,8}\\b|[0-9]+(?:[.:][0-9]+)*");

  /** Of an exception as OpenTelemetry tells it; all but the service may be empty. */
  public static ErrorFingerprint of(String service, String type, String message, String stack) {
    StackTrace trace = StackTrace.parse(stack);
    List<String> parts = new ArrayList<>(List.of(service, type, trace.rootType()));
    if (trace.frames().isEmpty()) {
      parts.add(masked(message));
    } else {
      // One frame repeated is recursion, however deep.
      trace.frames().stream().distinct().limit(FRAMES).forEach(parts::add);
    }
    return new ErrorFingerprint(
        hex(hash(String.join("\n", parts))),
        trace.frames().isEmpty() ? "" : shortened(trace.frames().getFirst()));
  }

  static String masked(String message) {
    String start =
        message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message;
    return IDENTIFIER.matcher(QUOTED.matcher(start).replaceAll("?")).replaceAll("#");
  }

  /* dev.headroom.demo.db.Session.run reads better as Session.run. */
  private static String shortened(String frame) {
    if (frame.contains(" ")) {
      return frame.strip();
    }
    int method = frame.lastIndexOf('.');
    int type = frame.lastIndexOf('.', method - 1);
    return frame.substring(type + 1);
  }

  static String hex(long hash) {
    return HexFormat.of().toHexDigits(hash);
  }

  /* FNV-1a over the UTF-16 units, then MurmurHash3's finaliser, so that all bits are used. */
  static long hash(String text) {
    long h = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      h = (h ^ text.charAt(i)) * 0x100000001b3L;
    }
    h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
    h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return h ^ (h >>> 33);
  }
}
