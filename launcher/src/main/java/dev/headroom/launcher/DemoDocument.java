package dev.headroom.launcher;

import dev.headroom.base.UserError;
import dev.headroom.engines.FreePorts;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The sample application's document: the bundled one, overlays over it, and over both what only a
 * run knows.
 *
 * @param partnerPort where the third party's double listens; the same for as long as one run lasts
 */
record DemoDocument(
    Path state, List<Source> overlays, String faults, String size, int partnerPort) {

  DemoDocument {
    overlays = List.copyOf(overlays);
  }

  /** With all faults and a million rows, for a run in the state folder {@code state}. */
  static DemoDocument in(Path state) {
    return new DemoDocument(state, List.of(), "all", "default", FreePorts.ofThisJvm().next());
  }

  /** With the documents in {@code files} laid over it. */
  DemoDocument with(List<Path> files) {
    DemoDocument more = this;
    for (Path file : files) {
      more = more.with(read(file));
    }
    return more;
  }

  DemoDocument with(Source overlay) {
    List<Source> more = new ArrayList<>(overlays);
    more.add(overlay);
    return new DemoDocument(state, more, faults, size, partnerPort);
  }

  /** Which faults are on: all, none, or ids. */
  DemoDocument faults(String list) {
    return new DemoDocument(state, overlays, list, size, partnerPort);
  }

  /** How much data: small, default, large, or a number of rows. */
  DemoDocument size(String rows) {
    return new DemoDocument(state, overlays, faults, rows, partnerPort);
  }

  ScaledApp parse() {
    List<Source> sources = new ArrayList<>();
    sources.add(read(Path.of(System.getProperty("headroom.home", ""), "demo", "app.yaml")));
    sources.addAll(overlays);
    sources.add(
        new Source(
            "command line",
            """
            apiVersion: headroom.dev/v1alpha1
            kind: ScaledApp
            metadata: {name: demo}
            spec:
              services:
                api:
                  env:
                    DEMO_FAULTS: "%1$s"
                    DEMO_ACCESS_LOG: "%4$s"
                    PARTNER_URL: http://127.0.0.1:%2$d
                mailer:
                  env:
                    DEMO_FAULTS: "%1$s"
                    PARTNER_URL: http://127.0.0.1:%2$d
                partner:
                  env:
                    DEMO_FAULTS: "%1$s"
                    PARTNER_PORT: "%2$d"
              migrate: {service: api, command: [demo, generate, --size, "%3$s"]}
            """
                .formatted(
                    faults.replace("\"", ""),
                    partnerPort,
                    size.replace("\"", ""),
                    state.resolve("logs").resolve("access.log").toAbsolutePath())));
    return Documents.parse(sources);
  }

  private static Source read(Path file) {
    try {
      return new Source(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw UserError.usage(file + ": cannot be read (expected: a document): " + e.getMessage());
    }
  }
}
