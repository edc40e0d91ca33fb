package dev.headroom.runtime;

import dev.headroom.base.UserError;
import dev.headroom.engines.ChildProcess;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.engines.ProcessSpec;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * The document's {@code migrate}: run to its end once per release, straight against the primary. A
 * release is the command and, where there is one, the image.
 */
public final class Migration {
  private static final int TAIL_LINES = 15;

  private final ServiceLaunch launch;
  private final Path marker;
  private final ChildRegistry registry;

  /**
   * @param marker file that remembers the release whose migration has succeeded
   */
  public Migration(ServiceLaunch launch, Path marker, ChildRegistry registry) {
    this.launch = launch;
    this.marker = marker;
    this.registry = registry;
  }

  /**
   * Runs it unless this release has had it.
   *
   * @return whether it ran
   * @throws UserError when it failed, with the end of its output
   */
  public boolean run(ScaledApp app) throws InterruptedException {
    if (app.migrate().isEmpty()) {
      return false;
    }
    ServiceSpec service = app.services().get(app.migrate().get().service());
    if (service == null) {
      throw UserError.usage(
          "spec.migrate.service: %s (expected: one of %s)"
              .formatted(app.migrate().get().service(), app.services().keySet()));
    }
    List<String> command = app.migrate().get().command();
    String release = release(launch.expansion().apply(command), service.image());
    if (release.equals(lastRelease())) {
      return false;
    }
    ProcessSpec process =
        launch.processOf(
            "migrate",
            "migrate",
            withCommand(service, command),
            Optional.empty(),
            Optional.empty());
    ChildProcess child = ChildProcess.start(process, registry);
    try {
      int status = child.onExit().get();
      if (status != 0) {
        throw UserError.machine(
            "the migration %s ended with status %d (expected: 0); the end of %s:%n%s"
                .formatted(
                    String.join(" ", command),
                    status,
                    process.logFile(),
                    String.join("\n", child.tail(TAIL_LINES))));
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("no exit status of " + child, e);
    } catch (InterruptedException e) {
      child.stop(Duration.ofSeconds(5));
      throw e;
    }
    remember(release);
    return true;
  }

  private static ServiceSpec withCommand(ServiceSpec service, List<String> command) {
    return new ServiceSpec(
        service.image(),
        service.deploymentRef(),
        command,
        List.of(),
        service.port(),
        service.paths(),
        service.health(),
        Map.copyOf(service.env()),
        service.replicas(),
        service.targets(),
        service.resources(),
        service.stopGrace());
  }

  private static String release(List<String> command, Optional<String> image) {
    try {
      String text = String.join("\0", command) + "\0" + image.orElse("");
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private String lastRelease() {
    try {
      return Files.exists(marker) ? Files.readString(marker).strip() : "";
    } catch (IOException e) {
      throw UserError.machine(marker + " cannot be read: " + e.getMessage(), e);
    }
  }

  private void remember(String release) {
    try {
      Files.writeString(marker, release + "\n");
    } catch (IOException e) {
      throw UserError.machine(marker + " cannot be written: " + e.getMessage(), e);
    }
  }
}
