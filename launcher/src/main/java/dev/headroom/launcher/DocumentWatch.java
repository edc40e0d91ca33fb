package dev.headroom.launcher;

import dev.headroom.base.UserError;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Takes a changed document into a running application; an invalid one leaves the old in force. */
final class DocumentWatch {
  private static final Logger LOG = System.getLogger(DocumentWatch.class.getName());
  private static final long LOOK_MILLIS = 1000;

  private final List<Path> files;
  private final Consumer<ScaledApp> target;

  DocumentWatch(List<Path> files, Consumer<ScaledApp> target) {
    this.files = List.copyOf(files);
    this.target = target;
  }

  /** Looks once a second, until it is interrupted. */
  void run() throws InterruptedException {
    List<FileTime> seen = times();
    while (true) {
      Thread.sleep(LOOK_MILLIS);
      List<FileTime> now = times();
      if (!now.equals(seen)) {
        seen = now;
        reload();
      }
    }
  }

  private void reload() {
    try {
      target.accept(Documents.load(files));
      LOG.log(Level.INFO, "the changed document is in force");
    } catch (UserError e) {
      LOG.log(Level.WARNING, "the changed document is not in force:\n" + e.getMessage());
    }
  }

  private List<FileTime> times() {
    List<FileTime> times = new ArrayList<>();
    for (Path file : files) {
      try {
        times.add(Files.getLastModifiedTime(file));
      } catch (IOException e) {
        // An editor is just replacing it: the next look sees the new one.
        times.add(FileTime.fromMillis(0));
      }
    }
    return times;
  }
}
