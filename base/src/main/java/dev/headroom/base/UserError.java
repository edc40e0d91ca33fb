package dev.headroom.base;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A failure that a user can mend: printed as its message alone, never with a stack trace. {@link
 * Kind} decides the exit status.
 */
public final class UserError extends RuntimeException {

  /** Who has to change something. */
  public enum Kind {
    /** The command line or a document: exit status 2. */
    USAGE(2),
    /** The machine: a port, the disk, a missing JDK, a newer state folder: exit status 1. */
    MACHINE(1);

    private final int exitStatus;

    Kind(int exitStatus) {
      this.exitStatus = exitStatus;
    }

    public int exitStatus() {
      return exitStatus;
    }
  }

  private final Kind kind;

  private UserError(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public static UserError usage(String message) {
    return new UserError(Kind.USAGE, message, null);
  }

  /** All problems of a document at once, a line each. */
  public static UserError usage(List<Problem> problems) {
    return usage(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
  }

  public static UserError machine(String message) {
    return new UserError(Kind.MACHINE, message, null);
  }

  public static UserError machine(String message, Throwable cause) {
    return new UserError(Kind.MACHINE, message, cause);
  }

  /** What the user reads; never absent. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  public Kind kind() {
    return kind;
  }
}
