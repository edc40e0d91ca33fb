package dev.headroom.demo.traffic.users;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks for ids in a list that comes in pages.
 *
 * <p>Not every list heeds {@code offset}: a page that tells nothing new is the last. If it was a
 * full one, what was not seen may still be there, out of reach.
 */
final class Listing {
  private static final int PAGE = 200;

  private final String path;
  private final Set<Long> wanted;
  private final Set<Long> seen = new HashSet<>();
  private int offset;

  /** How far the search has come. */
  enum State {
    /** Another page must be read. */
    GOING_ON,
    FOUND,
    /** The whole list was read and something is missing. */
    MISSING,
    UNKNOWN
  }

  /** {@code wanted} loses the ids that are found. */
  Listing(String path, Set<Long> wanted) {
    this.path = path;
    this.wanted = wanted;
  }

  /** Where the next page is. */
  String next() {
    return path + "?limit=" + PAGE + "&offset=" + offset;
  }

  /** Takes in the page that {@link #next} led to. */
  State read(byte[] page) throws IOException {
    List<Item> items = Json.items(page);
    boolean news = false;
    for (Item item : items) {
      news |= seen.add(item.id());
      wanted.remove(item.id());
    }
    offset += items.size();
    if (wanted.isEmpty()) {
      return State.FOUND;
    }
    if (news) {
      return State.GOING_ON;
    }
    return items.size() < PAGE ? State.MISSING : State.UNKNOWN;
  }
}
