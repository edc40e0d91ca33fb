package dev.headroom.gateway.cache;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import dev.headroom.gateway.http.HttpField;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Static assets, as a server that cares about them would send them. */
final class Assets {
  private static final String FOR_EVER = "public, max-age=31536000, immutable";
  private static final String FOR_AN_HOUR = "public, max-age=3600";
  private static final int SMALLEST = 512;
  private static final int BROTLI_QUALITY = 9;
  private static final boolean BROTLI = Brotli4jLoader.isAvailable();
  private static final Pattern COMPRESSIBLE =
      Pattern.compile(
          "(?i)(text/.*|application/(javascript|json|xml|wasm|manifest\\+json|.*\\+xml|.*\\+json)"
              + "|image/svg\\+xml|font/(ttf|otf)).*");

  private Assets() {}

  /** Fields of an asset: how long it lasts, where the application does not say. */
  static List<HttpField> prepared(CacheRule rule, CacheKey key, List<HttpField> fields) {
    if (!rule.assets() || !StoredResponse.value(fields, "cache-control").isEmpty()) {
      return fields;
    }
    List<HttpField> all = new ArrayList<>(fields);
    all.add(new HttpField("Cache-Control", isFingerprinted(key.path()) ? FOR_EVER : FOR_AN_HOUR));
    return all;
  }

  /**
   * Has the name a hash of the content in it? A part of at least eight letters and digits, with
   * letters and two digits, as the common build tools make them.
   */
  static boolean isFingerprinted(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    for (String part : name.split("[.\\-_~]")) {
      long digits = part.chars().filter(c -> c >= '0' && c <= '9').count();
      boolean word = part.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c));
      if (word && part.length() >= 8 && digits >= 2 && digits < part.length()) {
        return true;
      }
    }
    return false;
  }

  /** The plain form, and those compressed ones that are smaller. */
  static List<Representation> forms(List<HttpField> given, ByteBuf content) {
    byte[] plain = new byte[content.readableBytes()];
    content.getBytes(content.readerIndex(), plain);
    String own = StoredResponse.value(given, "etag");
    String etag = own.isEmpty() ? '"' + digest(plain) + '"' : own;
    List<HttpField> fields = given;
    List<Representation> forms = new ArrayList<>();
    if (!isCompressible(given, plain.length)) {
      forms.add(Forms.of(200, fields, "", Forms.exact(content), etag));
      return forms;
    }
    fields = withVary(given);
    forms.add(Forms.of(200, fields, "", Forms.exact(content), etag));
    add(forms, fields, "gzip", gzip(plain), plain.length, etag);
    if (BROTLI) {
      add(forms, fields, "br", brotli(plain), plain.length, etag);
    }
    return forms;
  }

  private static void add(
      List<Representation> forms,
      List<HttpField> fields,
      String coding,
      byte[] bytes,
      int plain,
      String etag) {
    if (bytes.length < plain * 9 / 10) {
      // Another form, another tag: RFC 9110, section 8.8.3.3.
      String tag = etag.substring(0, etag.length() - 1) + "-" + coding + '"';
      forms.add(Forms.of(200, fields, coding, Forms.buffer(bytes), tag));
    }
  }

  private static boolean isCompressible(List<HttpField> fields, int length) {
    return length >= SMALLEST
        && StoredResponse.value(fields, "content-encoding").isEmpty()
        && !CacheControl.parse(StoredResponse.value(fields, "cache-control")).noTransform()
        && COMPRESSIBLE.matcher(StoredResponse.value(fields, "content-type")).matches();
  }

  private static List<HttpField> withVary(List<HttpField> fields) {
    if (StoredResponse.value(fields, "vary").toLowerCase(Locale.ROOT).contains("accept-encoding")) {
      return fields;
    }
    List<HttpField> all = new ArrayList<>(fields);
    all.add(new HttpField("Vary", "Accept-Encoding"));
    return all;
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  private static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 2);
    try (GZIPOutputStream gzip = new Best(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Compressed once and sent often: the smallest form is worth its time. */
  private static final class Best extends GZIPOutputStream {
    Best(ByteArrayOutputStream out) throws IOException {
      super(out, 8192);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }

  private static byte[] brotli(byte[] plain) {
    try {
      return Encoder.compress(plain, Encoder.Parameters.create(BROTLI_QUALITY));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
