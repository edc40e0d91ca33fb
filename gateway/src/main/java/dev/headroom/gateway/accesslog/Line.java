package dev.headroom.gateway.accesslog;

import dev.headroom.signals.Exchange;
import dev.headroom.spec.AccessLogSpec.Format;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One answered request as text, without the end of the line. */
final class Line {
  private static final DateTimeFormatter NCSA =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Line() {}

  static String of(Format format, AccessLog.Entry entry) {
    return switch (format) {
      case JSON -> json(entry);
      case COMMON -> common(entry).toString();
      case COMBINED ->
          common(entry)
              .append(' ')
              .append(quoted(entry.asked().referer()))
              .append(' ')
              .append(quoted(entry.asked().userAgent()))
              .toString();
    };
  }

  private static StringBuilder common(AccessLog.Entry entry) {
    Exchange exchange = entry.exchange();
    String user = entry.user().isEmpty() ? "-" : escaped(entry.user(), true).replace(" ", "\\x20");
    return new StringBuilder(entry.asked().address())
        .append(" - ")
        .append(user)
        .append(" [")
        .append(NCSA.format(ended(exchange)))
        .append("] ")
        .append(
            quoted(
                exchange.method() + ' ' + entry.asked().target() + ' ' + entry.asked().protocol()))
        .append(' ')
        .append(exchange.status())
        .append(' ')
        .append(exchange.responseBytes() == 0 ? "-" : exchange.responseBytes());
  }

  /* As Apache does it since 2.0.46: nothing a client sends can look like another line or field. */
  private static String quoted(@Nullable String text) {
    return text == null ? "\"-\"" : '"' + escaped(text, true) + '"';
  }

  private static String json(AccessLog.Entry entry) {
    Exchange exchange = entry.exchange();
    Fields json = new Fields();
    json.text("time", ended(exchange).toString());
    json.text("client", entry.asked().address());
    json.text("tenant", entry.tenant());
    json.text("user", entry.user());
    json.text("host", entry.asked().host());
    json.text("method", exchange.method());
    json.text("target", entry.asked().target());
    json.text("protocol", entry.asked().protocol());
    json.text("route", exchange.route());
    json.text("service", exchange.service());
    json.text("instance", exchange.instance());
    json.number("status", Integer.toString(exchange.status()));
    json.number("requestBytes", Long.toString(exchange.requestBytes()));
    json.number("responseBytes", Long.toString(exchange.responseBytes()));
    json.number("durationMillis", millis(exchange.durationNanos()));
    if (exchange.upstreamNanos() > 0) {
      json.number("upstreamMillis", millis(exchange.upstreamNanos()));
    }
    json.text("cache", entry.cache());
    json.text("referer", entry.asked().referer());
    json.text("userAgent", entry.asked().userAgent());
    json.text("traceId", exchange.trace().traceId().toString());
    return json.end();
  }

  private static Instant ended(Exchange exchange) {
    return Instant.EPOCH
        .plusNanos(exchange.startEpochNanos() + exchange.durationNanos())
        .truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
  }

  private static String millis(long nanos) {
    return java.math.BigDecimal.valueOf(nanos / 1000, 3).toString();
  }

  private static String escaped(String text, boolean apache) {
    StringBuilder escaped = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c < 0x20 || (c >= 0x7f && c <= 0xff)) {
        escaped.append((apache ? "\\x%02x" : "\\u%04x").formatted((int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /** Members of an object; what is empty is left out. */
  private static final class Fields {
    private final StringBuilder out = new StringBuilder(512).append('{');

    void text(String name, @Nullable String value) {
      if (value != null && !value.isEmpty()) {
        name(name).append('"').append(escaped(value, false)).append('"');
      }
    }

    void number(String name, String value) {
      name(name).append(value);
    }

    private StringBuilder name(String name) {
      return out.append(out.length() == 1 ? "\"" : ",\"").append(name).append("\":");
    }

    String end() {
      return out.append('}').toString();
    }
  }
}
