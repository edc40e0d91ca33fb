package dev.headroom.router.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * Values of PostgreSQL's binary format as text, of the types that drivers send so.
 *
 * @see <a href="https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat">
 *     pg_type.dat</a> for the OIDs
 */
final class BinaryValues {
  private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");

  private BinaryValues() {}

  /** Empty when the type or the length is not one that is known here. */
  static Optional<String> text(int type, byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    return Optional.ofNullable(
        switch (type) {
          case 16 -> value.length == 1 ? (value[0] == 0 ? "f" : "t") : null;
          case 21 -> value.length == 2 ? Short.toString(in.getShort()) : null;
          case 23 -> value.length == 4 ? Integer.toString(in.getInt()) : null;
          case 26 -> value.length == 4 ? Integer.toUnsignedString(in.getInt()) : null;
          case 20 -> value.length == 8 ? Long.toString(in.getLong()) : null;
          case 700 -> value.length == 4 ? Float.toString(in.getFloat()) : null;
          case 701 -> value.length == 8 ? Double.toString(in.getDouble()) : null;
          case 17 -> hex(value);
          case 18, 19, 25, 114, 1042, 1043 -> new String(value, StandardCharsets.UTF_8);
          case 2950 -> value.length == 16 ? new UUID(in.getLong(), in.getLong()).toString() : null;
          case 1082 -> value.length == 4 ? date(in.getInt()) : null;
          case 1114 -> value.length == 8 ? timestamp(in.getLong()) : null;
          case 1184 -> value.length == 8 ? timestamp(in.getLong()) + "+00" : null;
          default -> null;
        });
  }

  static String hex(byte[] value) {
    return "\\x" + HexFormat.of().formatHex(value);
  }

  private static String date(int days) {
    return switch (days) {
      case Integer.MAX_VALUE -> "infinity";
      case Integer.MIN_VALUE -> "-infinity";
      default -> EPOCH.plusDays(days).toString();
    };
  }

  private static String timestamp(long micros) {
    if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
      return micros > 0 ? "infinity" : "-infinity";
    }
    return LocalDateTime.ofEpochSecond(
            EPOCH.toEpochDay() * 86_400 + Math.floorDiv(micros, 1_000_000L),
            (int) Math.floorMod(micros, 1_000_000L) * 1000,
            ZoneOffset.UTC)
        .format(TIMESTAMP);
  }
}
