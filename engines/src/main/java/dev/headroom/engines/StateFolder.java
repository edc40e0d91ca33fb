package dev.headroom.engines;

import dev.headroom.base.ByteSize;
import dev.headroom.base.UserError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The one folder in which a Headroom on this machine keeps everything: data, logs, and what it
 * takes to clean up after a run that was killed.
 *
 * <pre>
 *   format     version of this layout; a newer one is refused
 *   lock       held by the owner, by the operating system: free as soon as the owner is gone
 *   run.json   the owner, its children and ports; absent after a clean stop
 *   …          what the owner asks for by {@link #directory}
 * </pre>
 */
public final class StateFolder implements ChildRegistry, AutoCloseable {
  static final int FORMAT = 1;

  private static final String FORMAT_FILE = "format";
  private static final String LOCK_FILE = "lock";
  private static final Set<String> OURS = Set.of(FORMAT_FILE, LOCK_FILE, RunFile.NAME);
  private static final int PROBE_BYTES = 64 << 10;
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(10);

  // The operating system's lock is the whole process's, and closing any channel to the file frees
  // it, see fcntl_locking(2): a second open in this process must not even touch it.
  private static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;
  private final RunFile.Entry owner = RunFile.Entry.ofThisJvm();
  private final String bootId = ProcessId.bootId();
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final List<ChildProcess> children = new ArrayList<>();
  private boolean closed;

  private StateFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes this process the owner of {@code folder}, which is created if need be, and ends what a
   * killed owner left running.
   *
   * @param room refused when the disk has less; what the caller is going to write
   * @throws UserError when the folder cannot be used: in use, of a newer version, read-only, full
   */
  public static StateFolder open(Path folder, ByteSize room) throws InterruptedException {
    Path path = folder.toAbsolutePath().normalize();
    FileChannel lock;
    try {
      Files.createDirectories(path);
      requireOurs(path);
      lock = lock(path);
    } catch (IOException e) {
      throw unusable(path, e);
    }
    try {
      requireRoom(path, room);
      writeFormat(path);
      Optional<RunFile> killed = RunFile.read(path);
      if (killed.isPresent()) {
        Leftovers.end(killed.get());
      }
      StateFolder opened = new StateFolder(path, lock);
      opened.write();
      return opened;
    } catch (IOException e) {
      release(path, lock);
      throw unusable(path, e);
    } catch (RuntimeException | InterruptedException e) {
      release(path, lock);
      throw e;
    }
  }

  /**
   * Removes the data that earlier runs left, for one that has to begin anew.
   *
   * @throws IllegalStateException when something was started on it already
   */
  public synchronized void clear() {
    if (!children.isEmpty()) {
      throw new IllegalStateException(children + " run on " + path + " (expected: none)");
    }
    try (Stream<Path> all = Files.list(path)) {
      for (Path each : all.toList()) {
        if (!OURS.contains(each.getFileName().toString())) {
          Trees.delete(each);
        }
      }
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /** What runs on {@code folder}; empty when nothing does and nothing was left. */
  public static Optional<RunState> read(Path folder) {
    // Without a look at the lock, for the same reason as OWNED.
    Path path = folder.toAbsolutePath().normalize();
    return RunFile.read(path).map(RunState::of);
  }

  /**
   * Ends the Headroom that runs on {@code folder} and all it started; also what a killed one left.
   *
   * @return false when nothing ran there
   * @throws UserError when the owner still lives after {@code bound}
   */
  public static boolean stop(Path folder, Duration bound) throws InterruptedException {
    Path path = folder.toAbsolutePath().normalize();
    Optional<RunFile> run = RunFile.read(path);
    if (run.isEmpty()) {
      return false;
    }
    RunFile.Entry owner = run.get().owner();
    if (run.get().isAlive(owner)) {
      Signal.TERM.send(owner.id());
      if (!Waiting.until(bound, () -> !owner.id().isAlive())) {
        throw UserError.machine(
            "Headroom with pid %d on %s has not stopped within %d s; look at its log, or kill it and try again"
                .formatted(owner.pid(), path, bound.toSeconds()));
      }
    }
    open(path, new ByteSize(0)).close();
    return true;
  }

  public Path path() {
    return path;
  }

  /** The folder {@code name} inside, created if need be. */
  public Path directory(String name) {
    try {
      return Files.createDirectories(path.resolve(name));
    } catch (IOException e) {
      throw unusable(path.resolve(name), e);
    }
  }

  /** Notes down for {@code status} that {@code name} listens on {@code port}. */
  public synchronized void port(String name, int port) {
    ports.put(name, port);
    writeOrFail();
  }

  @Override
  public synchronized void started(ChildProcess child) {
    if (closed) {
      throw new IllegalStateException(child + " started after the state folder was closed");
    }
    children.add(child);
    writeOrFail();
  }

  @Override
  public synchronized void ended(ChildProcess child) {
    if (children.remove(child) && !closed) {
      writeOrFail();
    }
  }

  /** Ends the children that still run, and gives the folder up. */
  @Override
  public void close() {
    List<ChildProcess> running;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      running = List.copyOf(children);
    }
    running.reversed().forEach(child -> child.stop(CLOSE_GRACE));
    try {
      RunFile.delete(path);
    } catch (IOException e) {
      throw unusable(path, e);
    } finally {
      release(path, lock);
    }
  }

  private void writeOrFail() {
    try {
      write();
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  private synchronized void write() throws IOException {
    new RunFile(
            bootId,
            owner,
            new LinkedHashMap<>(ports),
            children.stream().map(RunFile.Entry::of).toList())
        .write(path);
  }

  /* Neither a newer Headroom's folder nor a folder full of something else. */
  private static void requireOurs(Path path) throws IOException {
    Path file = path.resolve(FORMAT_FILE);
    if (Files.exists(file)) {
      String format = Files.readString(file).trim();
      if (!format.equals(Integer.toString(FORMAT))) {
        throw UserError.machine(
            "%s was made by another version of Headroom: format %s (expected: format %d); use that version, or choose another folder with --state"
                .formatted(path, format, FORMAT));
      }
      return;
    }
    try (DirectoryStream<Path> content = Files.newDirectoryStream(path)) {
      for (Path each : content) {
        // A run that was killed in its first moments.
        if (!Set.of(LOCK_FILE, FORMAT_FILE + ".new").contains(each.getFileName().toString())) {
          throw UserError.machine(
              "%s is not a state folder and not empty: it holds %s; choose an empty or new folder with --state"
                  .formatted(path, each.getFileName()));
        }
      }
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    if (!OWNED.add(path)) {
      throw inUse(path);
    }
    FileChannel channel = null;
    boolean locked = false;
    try {
      channel =
          FileChannel.open(
              path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      locked = channel.tryLock() != null;
      if (!locked) {
        throw inUse(path);
      }
      return channel;
    } finally {
      if (!locked) {
        OWNED.remove(path);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  private static UserError inUse(Path path) {
    String owner =
        RunFile.read(path)
            .map(RunFile::owner)
            .map(found -> "Headroom with pid %d since %s".formatted(found.pid(), found.startedAt()))
            .orElse("a Headroom that is just starting");
    return UserError.machine(
        "%s is in use by %s; stop it with `headroom stop --state %s`, or choose another folder with --state"
            .formatted(path, owner, path));
  }

  private static void requireRoom(Path path, ByteSize room) throws IOException {
    Path probe = path.resolve("probe");
    try {
      Files.write(probe, new byte[PROBE_BYTES]);
    } finally {
      Files.deleteIfExists(probe);
    }
    long usable = Files.getFileStore(path).getUsableSpace();
    if (usable < room.bytes()) {
      throw UserError.machine(
          "The disk of %s is full: %d MiB are free (expected: at least %d MiB); make room, or choose another folder with --state"
              .formatted(path, usable >> 20, room.bytes() >> 20));
    }
  }

  private static void writeFormat(Path path) throws IOException {
    Path file = path.resolve(FORMAT_FILE);
    if (!Files.exists(file)) {
      Path fresh = path.resolve(FORMAT_FILE + ".new");
      Files.writeString(fresh, FORMAT + "\n");
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static UserError unusable(Path path, IOException e) {
    String said = String.valueOf(e.getMessage());
    String why;
    if (said.contains("Read-only file system")) {
      why = "is on a read-only disk; choose a folder on another one with --state";
    } else if (said.contains("No space left on device") || said.contains("quota")) {
      why = "is on a full disk; make room, or choose another folder with --state";
    } else if (e instanceof AccessDeniedException) {
      why =
          "may not be written by user %s; change its permissions, or choose another folder with --state"
              .formatted(System.getProperty("user.name"));
    } else if (e instanceof FileAlreadyExistsException || said.contains("Not a directory")) {
      why = "is a file or lies below one (expected: a folder); choose another one with --state";
    } else if (e instanceof NoSuchFileException) {
      why = "has vanished while it was in use";
    } else {
      why = "cannot be used: " + said;
    }
    return UserError.machine(path + " " + why, e);
  }

  private static void release(Path path, FileChannel lock) {
    try {
      OWNED.remove(path);
      lock.close();
    } catch (IOException e) {
      throw new IllegalStateException("The lock of the state folder cannot be released", e);
    }
  }
}
