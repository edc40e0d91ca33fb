package dev.headroom.engines;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * The folder where servers are unpacked once per user and content: {@code $HEADROOM_CACHE}, else
 * {@code $XDG_CACHE_HOME/headroom}, else {@code ~/.cache/headroom}. May be deleted while no server
 * runs.
 *
 * <p>An entry appears by a rename of a complete folder, so any number of processes may unpack the
 * same at the same time, and a killed one leaves nothing that looks finished.
 */
final class EngineCache {
  private static final int NAME_HEX = 16;

  private final Path folder;

  EngineCache(Path folder) {
    this.folder = folder;
  }

  static EngineCache ofThisUser() {
    return new EngineCache(folder(System.getenv(), System.getProperty("user.home", "")));
  }

  static Path folder(Map<String, String> environment, String home) {
    String own = environment.getOrDefault("HEADROOM_CACHE", "");
    if (!own.isEmpty()) {
      return Path.of(own).toAbsolutePath();
    }
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    return (xdg.isEmpty() ? Path.of(home, ".cache") : Path.of(xdg))
        .resolve("headroom")
        .toAbsolutePath();
  }

  /** Puts what {@code packed} holds into an empty folder. */
  interface Unpacking {
    void unpack(InputStream packed, Path emptyFolder) throws IOException;
  }

  /** The folder {@code <engine>-<hash of the resource>}, unpacked now unless it is there. */
  Path unpacked(String engine, String resource, Unpacking unpacking) {
    Path entry = folder;
    try {
      entry = folder.resolve(engine + "-" + hash(resource));
      if (!Files.isDirectory(entry)) {
        unpack(resource, unpacking, entry);
      }
      return entry;
    } catch (IOException e) {
      throw UserError.machine(
          "Cannot unpack %s into %s: %s; set HEADROOM_CACHE to a folder with 100 MB of room that this user may write"
              .formatted(engine, entry, reason(e)),
          e);
    }
  }

  private void unpack(String resource, Unpacking unpacking, Path entry) throws IOException {
    Files.createDirectories(folder);
    Path unfinished = Files.createTempDirectory(folder, ".unpacking-");
    try (InputStream packed = open(resource)) {
      unpacking.unpack(packed, unfinished);
      // Readable by the unprivileged user that PostgreSQL runs as when this process is root's.
      Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(unfinished, entry, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Trees.delete(unfinished);
      if (!Files.isDirectory(entry)) {
        throw e;
      }
      // Another process was faster; its result is the same.
    }
  }

  private static String hash(String resource) throws IOException {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    try (InputStream packed = new DigestInputStream(open(resource), sha256)) {
      packed.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(sha256.digest()).substring(0, NAME_HEX);
  }

  private static InputStream open(String resource) {
    InputStream packed = EngineCache.class.getResourceAsStream(resource);
    if (packed == null) {
      throw new IllegalStateException(resource + " is not on the class path");
    }
    return packed;
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
