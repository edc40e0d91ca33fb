package dev.headroom.advisor.index;

import dev.headroom.advisor.Measurement;
import dev.headroom.advisor.statement.Subject;
import java.util.Comparator;
import java.util.List;

/**
 * An index that was built on the scratch copy and made statements faster there.
 *
 * @param proofs of each statement whose plan uses it
 * @param bytes its size on the scratch copy
 */
public record ProvenIndex(Candidate index, List<Proof> proofs, long bytes) {

  public ProvenIndex {
    proofs = List.copyOf(proofs);
  }

  /** One statement, measured without and with the proposed indexes. */
  public record Proof(Subject subject, Measurement before, Measurement after) {

    /** Of the statement's time; negative when it became slower. */
    public double savedShare() {
      return before.millis() <= 0 ? 0 : 1 - after.millis() / before.millis();
    }

    /** At the observed rate and the time that it takes in the user's own database. */
    public double secondsPerHour() {
      return Math.max(0, savedShare()) * subject.millisPerCall() * subject.callsPerHour() / 1000;
    }
  }

  public double secondsPerHour() {
    return proofs.stream().mapToDouble(Proof::secondsPerHour).sum();
  }

  /** The statement that gains most. */
  public Proof best() {
    return proofs.stream()
        .max(
            Comparator.comparingDouble(Proof::secondsPerHour)
                .thenComparingDouble(Proof::savedShare))
        .orElseThrow();
  }
}
