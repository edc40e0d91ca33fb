package dev.headroom.gateway.cache;

import dev.headroom.gateway.http.RequestHead;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The responses under one key, which differ in what their {@code Vary} names; newest first. */
final class Variants {
  private static final int MOST = 16;

  final List<StoredResponse> responses;

  private Variants(List<StoredResponse> responses) {
    this.responses = List.copyOf(responses);
  }

  /** With one more, which takes the place of those that the same request selects. */
  static Variants with(StoredResponse added, @Nullable Variants others) {
    List<StoredResponse> all = new ArrayList<>();
    all.add(added);
    if (others != null) {
      for (StoredResponse other : others.responses) {
        if (all.size() < MOST && !added.isSameSelection(other) && other.tryRetain()) {
          all.add(other);
        }
      }
    }
    return new Variants(all);
  }

  @Nullable StoredResponse select(RequestHead request) {
    for (int i = 0; i < responses.size(); i++) {
      if (responses.get(i).isSelectedBy(request)) {
        return responses.get(i);
      }
    }
    return null;
  }

  int bytes() {
    long all = 0;
    for (StoredResponse response : responses) {
      all += response.bytes();
    }
    return (int) Math.min(Integer.MAX_VALUE, all);
  }

  boolean hasTag(String tag) {
    return responses.stream().anyMatch(response -> response.tags.contains(tag));
  }

  void release() {
    responses.forEach(StoredResponse::release);
  }
}
