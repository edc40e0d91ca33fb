package dev.headroom.router.session;

import dev.headroom.pgwire.BackendMessage.NotificationResponse;
import dev.headroom.pgwire.ErrorFields;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one client listens to, and what it has still to hear. As on a server, LISTEN holds from the
 * end of its transaction on, and notifications come between transactions; those of the client's own
 * come before the end of the unit that has made them.
 */
final class Listening implements NotificationHub.Subscriber {
  private static final int MAX_HELD = 8 << 20;

  /** Whose it is. */
  interface Owner {

    /** May something be told now? */
    boolean isHearing();

    /** More is to be told than can be kept. */
    void overheard();

    void notificationsLost(String why);
  }

  private final NotificationHub hub;
  private final ClientOutput output;
  private final Owner owner;
  private final int processId;
  private final List<ChannelChange> changes = new ArrayList<>();
  private final Deque<NotificationResponse> held = new ArrayDeque<>();
  private int heldBytes;
  /* Has a transaction of its own just ended that may have notified? On which server process? */
  private boolean wrote;
  private int ownServer;
  private boolean left;

  Listening(NotificationHub hub, ClientOutput output, Owner owner, int processId) {
    this.hub = hub;
    this.output = output;
    this.owner = owner;
    this.processId = processId;
  }

  /** The unit has run well, on a server or without. */
  void ran(Unit unit) {
    changes.addAll(unit.channelChanges());
  }

  /** On a server; an empty name is for all. */
  void unlisten(String channel) {
    changes.add(new ChannelChange(false, channel));
  }

  void transactionEnded(boolean committed, boolean mayHaveNotified) {
    if (!committed) {
      changes.clear();
    }
    wrote = committed && mayHaveNotified;
  }

  /**
   * Ends when the changes hold and the client's own notifications have come: at once if there are
   * none of either.
   *
   * @param server process that has run the transaction, 0 for none
   */
  void settle(int server, NotificationHub.Done done) {
    boolean own = wrote && hub.hears(this);
    wrote = false;
    ownServer = server;
    if (changes.isEmpty() && !own) {
      settled(null, done);
      return;
    }
    List<ChannelChange> due = List.copyOf(changes);
    changes.clear();
    hub.change(this, due, error -> settled(error, done));
  }

  private void settled(@Nullable ErrorFields error, NotificationHub.Done done) {
    done.done(error);
    ownServer = 0;
  }

  @Override
  public void notified(NotificationResponse notification) {
    held.add(notification);
    heldBytes += notification.payload().length() + notification.channel().length();
    if (owner.isHearing()) {
      tell();
      output.flush();
    } else if (heldBytes > MAX_HELD) {
      owner.overheard();
    }
  }

  /** Writes what has come; false when there is nothing. */
  boolean tell() {
    boolean any = !held.isEmpty();
    for (NotificationResponse each = held.poll(); each != null; each = held.poll()) {
      // To the client, one process has done both.
      int sender = each.processId() == ownServer ? processId : each.processId();
      output.write(new NotificationResponse(sender, each.channel(), each.payload()).encode());
    }
    heldBytes = 0;
    return any;
  }

  @Override
  public boolean hasLeft() {
    return left;
  }

  @Override
  public void lost(String why) {
    owner.notificationsLost(why);
  }

  void end() {
    left = true;
    hub.forget(this);
  }
}
