package dev.headroom.operator;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The status of a {@code ScaledApp}; what the definition says of it. */
public final class ScaledAppStatus {
  private @Nullable Long observedGeneration;
  private List<Condition> conditions = new ArrayList<>();

  /** For the client, which fills it. */
  public ScaledAppStatus() {}

  public @Nullable Long getObservedGeneration() {
    return observedGeneration;
  }

  public void setObservedGeneration(@Nullable Long observedGeneration) {
    this.observedGeneration = observedGeneration;
  }

  public List<Condition> getConditions() {
    return conditions;
  }

  public void setConditions(@Nullable List<Condition> conditions) {
    this.conditions = conditions == null ? new ArrayList<>() : conditions;
  }
}
