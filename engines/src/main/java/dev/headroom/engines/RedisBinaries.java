package dev.headroom.engines;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program redis-server: a newer one of this machine, or the one we bring along. */
public final class RedisBinaries {
  /* Valkey's and KeyDB's program of this name speaks of itself in the same form. */
  private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.(\\d+)\\.(\\d+)");
  private static final int BROUGHT_MAJOR = 6;

  private final Path server;
  private final String version;

  private RedisBinaries(Path server, String version) {
    this.server = server;
    this.version = version;
  }

  /** A redis-server on the PATH from version 7 up, else the one unpacked into this user's cache. */
  public static RedisBinaries find() {
    return onPath(System.getenv().getOrDefault("PATH", ""))
        .orElseGet(() -> unpack(EngineCache.ofThisUser()));
  }

  static Optional<RedisBinaries> onPath(String path) {
    for (String folder : path.split(":")) {
      Path candidate = Path.of(folder, "redis-server");
      if (Files.isExecutable(candidate)) {
        Optional<String> version = version(Command.run(List.of(candidate.toString(), "--version")));
        if (version.filter(found -> major(found) > BROUGHT_MAJOR).isPresent()) {
          return version.map(found -> new RedisBinaries(candidate, found));
        }
      }
    }
    return Optional.empty();
  }

  static RedisBinaries unpack(EngineCache cache) {
    Path server =
        cache
            .unpacked(
                "redis", Architecture.ofThisMachine().redisResource(), RedisBinaries::copyProgram)
            .resolve("redis-server");
    Command.Result result = Command.run(List.of(server.toString(), "--version"));
    String version = version(result).orElseThrow(() -> unfit(server, result.output()));
    return new RedisBinaries(server, version);
  }

  static UserError unfit(Path server, String output) {
    String remedy =
        output.contains("libssl") || output.contains("libcrypto")
            ? "install OpenSSL 3 (package libssl3) or a redis-server from version 7 up"
            : "install a redis-server from version 7 up";
    return UserError.machine("%s does not run here: %s; %s".formatted(server, output, remedy));
  }

  private static void copyProgram(InputStream packed, Path folder) throws IOException {
    Path program = folder.resolve("redis-server");
    Files.copy(packed, program);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  static Optional<String> version(Command.Result result) {
    Matcher matcher = VERSION.matcher(result.output());
    return result.succeeded() && matcher.find()
        ? Optional.of(matcher.group().substring(2))
        : Optional.empty();
  }

  private static int major(String version) {
    return Integer.parseInt(version.substring(0, version.indexOf('.')));
  }

  Path server() {
    return server;
  }

  /** For example {@code 6.2.11}. */
  public String version() {
    return version;
  }
}
