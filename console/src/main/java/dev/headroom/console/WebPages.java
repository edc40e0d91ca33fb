package dev.headroom.console;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.ServerCacheControl;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.file.FileService;
import com.linecorp.armeria.server.file.HttpFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;

/** The pages, their modules, and the libraries that they import. */
final class WebPages {
  private static final String PAGES = "dev/headroom/console/web";

  /** Paths of the page; its script draws what each of them names. */
  static final List<String> PATHS =
      List.of(
          "/",
          "/scaling",
          "/sizing",
          "/replicas",
          "/shards",
          "/endpoints",
          "/endpoint",
          "/traces",
          "/trace/{id}",
          "/map",
          "/errors",
          "/error/{id}",
          "/queries",
          "/query/{id}",
          "/advice",
          "/alerts",
          "/edge",
          "/system");

  private WebPages() {}

  static void addTo(ServerBuilder server) {
    ClassLoader loader = WebPages.class.getClassLoader();
    HttpFile index =
        HttpFile.builder(loader, PAGES + "/index.html")
            .cacheControl(ServerCacheControl.REVALIDATED)
            .setHeader(
                HttpHeaderNames.CONTENT_SECURITY_POLICY,
                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
                    + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
            .build();
    PATHS.forEach(path -> server.service(path, index.asService()));
    server.serviceUnder("/web", files(loader, PAGES));
    server.serviceUnder("/lib/uplot", files(loader, library("uplot") + "/dist"));
    server.serviceUnder("/lib/lit-html", files(loader, library("lit-html")));
  }

  /** A file of the pages. */
  static String text(String name) {
    try (InputStream in = WebPages.class.getResourceAsStream("/" + PAGES + "/" + name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileService files(ClassLoader loader, String folder) {
    return FileService.builder(loader, folder).cacheControl(ServerCacheControl.REVALIDATED).build();
  }

  /* The version is in the path of a WebJar and is known to Maven alone. */
  private static String library(String name) {
    String properties = "/META-INF/maven/org.webjars.npm/" + name + "/pom.properties";
    try (InputStream in = WebPages.class.getResourceAsStream(properties)) {
      if (in == null) {
        throw new IllegalStateException("the library " + name + " is not on the class path");
      }
      Properties values = new Properties();
      values.load(in);
      return "META-INF/resources/webjars/" + name + "/" + values.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
