package dev.headroom.demo.traffic.users;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** A bounded set of texts seen in answers: states, priorities, words to search for. Thread-safe. */
final class Words {
  private final int capacity;
  private final List<String> words = new ArrayList<>();

  Words(int capacity) {
    this.capacity = capacity;
  }

  synchronized void add(String word) {
    if (words.size() < capacity && !words.contains(word)) {
      words.add(word);
    }
  }

  synchronized Optional<String> pick(RandomGenerator random) {
    return words.isEmpty()
        ? Optional.empty()
        : Optional.of(words.get(random.nextInt(words.size())));
  }

  synchronized boolean full() {
    return words.size() == capacity;
  }
}
