package dev.headroom.spec;

import java.nio.file.Path;

/**
 * A value that may be secret: a literal, or a reference to where it is kept, which {@link Secrets}
 * follows. A literal always prints as redacted, as nobody knows which ones are secret.
 */
public sealed interface Value {

  /** Written in the document itself. */
  record Literal(String text) implements Value {
    @Override
    public String toString() {
      return "(redacted)";
    }
  }

  /** {@code {env: X}}: an environment variable of Headroom's own process. */
  record Env(String variable) implements Value {}

  /** {@code {file: P}}: the content of a file, without a trailing line break. */
  record File(Path path) implements Value {}

  /** {@code {secret: name/key}}: a Kubernetes Secret; on one machine {@code <state>/secrets}. */
  record Secret(String name, String key) implements Value {}
}
