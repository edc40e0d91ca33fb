package dev.headroom.router.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a server still has to answer, in order; answers of our own stand among them, and are due
 * when they come to the front.
 */
final class Expected {
  private final Deque<Step> steps = new ArrayDeque<>();
  private @Nullable ByteBuf due;
  /* Has the unit failed before its end was sent? Nothing more is answered but that. */
  private boolean skipping;

  void add(Step step) {
    if (skipping && step.kind() != Step.Kind.SYNC) {
      return;
    }
    skipping = false;
    steps.add(step);
  }

  void clear() {
    steps.clear();
    skipping = false;
  }

  /** The next, or null. */
  @Nullable Step next() {
    return steps.peek();
  }

  boolean isNext(Step.Kind kind) {
    Step next = steps.peek();
    return next != null && next.kind() == kind;
  }

  /** The next has been answered. */
  void answered() {
    steps.poll();
    ripen();
  }

  /** Answered, if it is next and of that kind. */
  void answered(Step.Kind kind) {
    if (isNext(kind)) {
      answered();
    }
  }

  /** After an error the server skips what is left of the unit; only its end is still answered. */
  void skipToEnd() {
    while (!steps.isEmpty() && !isNext(Step.Kind.SYNC) && !isNext(Step.Kind.QUERY)) {
      steps.remove();
    }
    skipping = steps.isEmpty();
  }

  /** The unit is over. */
  void ended() {
    skipToEnd();
    skipping = false;
    steps.poll();
  }

  /** Own answers at the front become due. */
  void ripen() {
    while (isNext(Step.Kind.FAKE)) {
      byte[] fake = steps.remove().fake();
      if (fake != null) {
        ByteBuf wrapped = Unpooled.wrappedBuffer(fake);
        ByteBuf before = due;
        due = before == null ? wrapped : Unpooled.wrappedBuffer(before, wrapped);
      }
    }
  }

  /** Own answers that are due, once; the receiver releases them. */
  @Nullable ByteBuf takeDue() {
    ByteBuf taken = due;
    due = null;
    return taken;
  }

  /** Own answers that are due will not be needed. */
  void dropDue() {
    ByteBuf dropped = takeDue();
    if (dropped != null) {
      dropped.release();
    }
  }
}
