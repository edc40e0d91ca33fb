package dev.headroom.apm.alerts;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.headroom.apm.AlertLog.State;
import dev.headroom.signals.TraceId;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Notices as channels read them. */
final class Payloads {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MOST_ITEMS = 10;

  private Payloads() {}

  /** Our own document, version 1. */
  static String webhook(Notice notice) {
    return json(
        out -> {
          out.writeStartObject();
          out.writeNumberField("version", 1);
          out.writeStringField("application", notice.app());
          out.writeStringField("alert", notice.alert());
          out.writeStringField("condition", notice.condition());
          out.writeStringField("severity", notice.severity());
          out.writeStringField("state", notice.state().name().toLowerCase(Locale.ROOT));
          out.writeStringField("time", notice.time().toString());
          out.writeStringField("text", notice.headline());
          out.writeArrayFieldStart("items");
          for (Notice.Item item : notice.items()) {
            out.writeStartObject();
            out.writeStringField("subject", item.subject());
            out.writeStringField("value", item.value());
            out.writeStringField("since", item.since().toString());
            out.writeArrayFieldStart("traces");
            for (TraceId trace : item.traces()) {
              out.writeStartObject();
              out.writeStringField("id", trace.toString());
              if (notice.trace(trace).isPresent()) {
                out.writeStringField("url", notice.trace(trace).get().toString());
              }
              out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  /**
   * A Slack message: a line for notifications, blocks for the channel.
   *
   * @see <a href="https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks">Slack:
   *     incoming webhooks</a>
   */
  static String slack(Notice notice) {
    return json(
        out -> {
          out.writeStartObject();
          out.writeStringField("text", escaped(notice.headline()));
          out.writeArrayFieldStart("blocks");
          section(
              out,
              (notice.state() == State.FIRING ? ":rotating_light: " : ":white_check_mark: ")
                  + "*"
                  + escaped(notice.headline())
                  + "*\n"
                  + escaped(notice.condition())
                  + " · "
                  + notice.severity());
          int shown = Math.min(MOST_ITEMS, notice.items().size());
          for (Notice.Item item : notice.items().subList(0, shown)) {
            StringBuilder text = new StringBuilder();
            text.append('`')
                .append(escaped(item.subject().isEmpty() ? "all requests" : item.subject()))
                .append("` ")
                .append(escaped(item.value()))
                .append(" since ")
                .append(item.since());
            for (TraceId trace : item.traces()) {
              notice
                  .trace(trace)
                  .ifPresent(
                      url ->
                          text.append("\n<")
                              .append(url)
                              .append("|trace ")
                              .append(trace)
                              .append('>'));
            }
            section(out, text.toString());
          }
          if (shown < notice.items().size()) {
            section(out, "and " + (notice.items().size() - shown) + " more");
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private static void section(JsonGenerator out, String text) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", "section");
    out.writeObjectFieldStart("text");
    out.writeStringField("type", "mrkdwn");
    // Slack refuses a section of more than 3000 characters.
    out.writeStringField("text", text.length() > 2900 ? text.substring(0, 2900) + "…" : text);
    out.writeEndObject();
    out.writeEndObject();
  }

  /* Slack's three control characters. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /**
   * The {@code webhook-signature} header.
   *
   * @param key {@code whsec_} and base64, or any text
   * @see <a
   *     href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard
   *     Webhooks</a>
   */
  static String signature(String key, String id, long seconds, String body) {
    byte[] bytes =
        key.startsWith("whsec_")
            ? Base64.getDecoder().decode(key.substring("whsec_".length()))
            : key.getBytes(StandardCharsets.UTF_8);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
      byte[] signed =
          mac.doFinal((id + "." + seconds + "." + body).getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(signed);
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("HMAC-SHA256 is part of every JDK", e);
    }
  }

  @FunctionalInterface
  private interface Body {
    void write(JsonGenerator out) throws IOException;
  }

  private static String json(Body body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      body.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
