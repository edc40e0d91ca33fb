package dev.headroom.engines;

/**
 * Is told of every child process at its start and end, so that another run can end what this one
 * could not. Thread-safe.
 */
public interface ChildRegistry {

  /** Remembers nothing: for children that the caller surely ends, as in tests. */
  ChildRegistry NONE = new ForgetfulRegistry();

  void started(ChildProcess child);

  void ended(ChildProcess child);
}
