package dev.headroom.operator;

import dev.headroom.operator.Finding.Status;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes the resource's status of what was found. */
final class Conditions {
  private static final int LONGEST_MESSAGE = 8000;

  private Conditions() {}

  /** The next status; a condition keeps its time for as long as its status stays. */
  static ScaledAppStatus next(
      ScaledAppStatus before, long generation, List<Finding> findings, Instant now) {
    List<Finding> all = new ArrayList<>();
    all.add(ready(findings));
    all.addAll(findings);
    ScaledAppStatus status = new ScaledAppStatus();
    status.setObservedGeneration(generation);
    status.setConditions(
        all.stream().map(finding -> condition(finding, before, generation, now)).toList());
    return status;
  }

  /* What is wrong comes before what is only under way. */
  private static Finding ready(List<Finding> findings) {
    for (Status status : List.of(Status.FALSE, Status.UNKNOWN)) {
      List<Finding> matching =
          findings.stream().filter(finding -> finding.status() == status).toList();
      if (!matching.isEmpty()) {
        return new Finding(
            Finding.READY,
            Status.FALSE,
            status == Status.FALSE ? matching.getFirst().reason() : "Progressing",
            matching.stream()
                .map(finding -> finding.type() + ": " + finding.message())
                .collect(Collectors.joining("\n")));
      }
    }
    return Finding.good(Finding.READY, "Ready", "");
  }

  private static Condition condition(
      Finding finding, ScaledAppStatus before, long generation, Instant now) {
    Optional<String> since =
        before.getConditions().stream()
            .filter(
                condition ->
                    condition.getType().equals(finding.type())
                        && condition.getStatus().equals(finding.status().word()))
            .map(Condition::getLastTransitionTime)
            .findFirst();
    String message = finding.message();
    return new ConditionBuilder()
        .withType(finding.type())
        .withStatus(finding.status().word())
        .withObservedGeneration(generation)
        .withLastTransitionTime(since.orElse(now.truncatedTo(ChronoUnit.SECONDS).toString()))
        .withReason(finding.reason())
        .withMessage(
            message.length() <= LONGEST_MESSAGE
                ? message
                : message.substring(0, LONGEST_MESSAGE) + "…")
        .build();
  }
}
