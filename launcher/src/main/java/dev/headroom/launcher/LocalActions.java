package dev.headroom.launcher;

import dev.headroom.console.Actions;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the console can do here: empty at the start, filled as the parts come up. */
final class LocalActions implements Actions {
  private final AtomicReference<@Nullable Purging> purging = new AtomicReference<>();
  private final AtomicReference<@Nullable Applying> applying = new AtomicReference<>();
  private final AtomicReference<@Nullable Silencing> silencing = new AtomicReference<>();

  void purge(Purging action) {
    purging.set(action);
  }

  void applyAdvice(Applying action) {
    applying.set(action);
  }

  void silence(Silencing action) {
    silencing.set(action);
  }

  @Override
  public Optional<Purging> purging() {
    return Optional.ofNullable(purging.get());
  }

  @Override
  public Optional<Applying> applying() {
    return Optional.ofNullable(applying.get());
  }

  @Override
  public Optional<Silencing> silencing() {
    return Optional.ofNullable(silencing.get());
  }
}
