package dev.headroom.runtime;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Generated passwords, kept in files that only their owner may read. */
final class Passwords {
  private final Path folder;

  Passwords(Path folder) {
    this.folder = folder;
  }

  /** The password of {@code name}, made at the first call. */
  String of(String name) {
    Path file = folder.resolve(name);
    try {
      if (Files.exists(file)) {
        return Files.readString(file).strip();
      }
      byte[] random = new byte[16];
      new SecureRandom().nextBytes(random);
      String password = HexFormat.of().formatHex(random);
      Files.createDirectories(folder);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, password + "\n");
      return password;
    } catch (IOException e) {
      throw UserError.machine(
          "%s cannot be used: %s (expected: a file only you can read)"
              .formatted(file, e.getMessage()),
          e);
    }
  }
}
