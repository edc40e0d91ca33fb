package dev.headroom.demo.api;

import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.http.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** The page and its files; a file's name carries the hash of its content, so it never changes. */
final class Assets {
  private static final String FOLDER = "/dev/headroom/demo/assets/";
  private static final String SHORT = "no-cache";
  private static final String FOREVER = "public, max-age=31536000, immutable";

  private final Faults faults;
  private final Map<String, Asset> assets = new HashMap<>();
  private final Asset page;

  /** A file as it is, and as it is when the fault is cured. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Asset(String type, byte[] plain, byte[] gzip, String etag) {
    static Asset of(String type, byte[] content, boolean compress) {
      return new Asset(
          type, content, compress ? compressed(content) : content, '"' + hash(content) + '"');
    }
  }

  Assets(Faults faults) {
    this.faults = faults;
    boolean compress = faults.off(Fault.ASSETS_PLAIN);
    String html = new String(read("index.html"), StandardCharsets.UTF_8);
    for (String file : List.of("app.js", "app.css", "logo.svg")) {
      byte[] content = read(file);
      int dot = file.lastIndexOf('.');
      String name =
          file.equals("logo.svg")
              ? file
              : file.substring(0, dot) + "." + hash(content) + file.substring(dot);
      assets.put(name, Asset.of(type(file), content, compress));
      html = html.replace("/assets/" + file, "/assets/" + name);
    }
    page = Asset.of(type("index.html"), html.getBytes(StandardCharsets.UTF_8), compress);
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", "/", call -> serve(call, page, SHORT)).is(Endpoint.Trait.OPEN),
        Endpoint.of("GET", "/assets/**", this::file).is(Endpoint.Trait.OPEN));
  }

  private Reply file(Call call) {
    String name = call.request().path().substring("/assets/".length());
    Asset asset = assets.get(name);
    if (asset == null) {
      throw Refusal.notFound("asset " + name);
    }
    return serve(call, asset, name.equals("logo.svg") ? "public, max-age=3600" : FOREVER);
  }

  private Reply serve(Call call, Asset asset, String caching) {
    if (faults.on(Fault.ASSETS_PLAIN)) {
      return Reply.of(200, asset.type, asset.plain);
    }
    boolean same = call.request().header("If-None-Match").filter(asset.etag::equals).isPresent();
    boolean gzip =
        call.request()
            .header("Accept-Encoding")
            .filter(value -> value.toLowerCase(Locale.ROOT).contains("gzip"))
            .isPresent();
    Reply reply =
        same
            ? Reply.empty(304)
            : gzip
                ? Reply.of(200, asset.type, asset.gzip).with("Content-Encoding", "gzip")
                : Reply.of(200, asset.type, asset.plain);
    return reply
        .with("Cache-Control", caching)
        .with("ETag", asset.etag)
        .with("Vary", "Accept-Encoding");
  }

  private static String type(String file) {
    return switch (file.substring(file.lastIndexOf('.'))) {
      case ".js" -> "text/javascript; charset=utf-8";
      case ".css" -> "text/css; charset=utf-8";
      case ".svg" -> "image/svg+xml";
      default -> "text/html; charset=utf-8";
    };
  }

  private static byte[] read(String file) {
    try (InputStream in = Assets.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IllegalStateException(FOLDER + file + " is missing in the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] compressed(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String hash(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(digest, 0, 5);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
