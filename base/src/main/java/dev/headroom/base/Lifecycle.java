package dev.headroom.base;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Components in the order of their start; closing ends them in reverse order. When a start fails
 * half-way, closing what is here leaves nothing behind.
 */
public final class Lifecycle implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Lifecycle.class.getName());

  private final Deque<Component> started = new ArrayDeque<>();
  private boolean closed;

  /** Takes responsibility for a component that has just started. */
  public <C extends Component> C add(C component) {
    synchronized (started) {
      if (!closed) {
        started.push(component);
        return component;
      }
    }
    // Stopped while this one was still coming up: it must not outlive the others.
    component.close();
    throw new IllegalStateException(component.name() + " started after the stop");
  }

  /** The running components, first started first. */
  public List<Component> components() {
    synchronized (started) {
      return new ArrayList<>(started.reversed());
    }
  }

  @Override
  public void close() {
    List<Component> lastFirst;
    synchronized (started) {
      closed = true;
      lastFirst = new ArrayList<>(started);
      started.clear();
    }
    for (Component component : lastFirst) {
      try {
        component.close();
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, component.name() + " did not stop cleanly", e);
      }
    }
  }
}
