package dev.headroom.operator;

import dev.headroom.base.UserError;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Carries an {@link Installation} out: all of it as a dry run first, then for real. Idempotent. */
public final class Installer {
  private static final String FIELD_MANAGER = "headroom-install";

  private final KubernetesClient client;

  public Installer(ClusterConnection connection) {
    this(connection.client());
  }

  Installer(KubernetesClient client) {
    this.client = client;
  }

  /** What became, or would become, of an object. */
  public record Step(String object, Outcome outcome) {
    @Override
    public String toString() {
      return object + " " + outcome.word();
    }
  }

  /** As kubectl says it. */
  public enum Outcome {
    CREATED("created"),
    CONFIGURED("configured"),
    UNCHANGED("unchanged"),
    /** A dry run cannot tell: its namespace is created first. */
    AFTER_NAMESPACE("created once its namespace is there");

    private final String word;

    Outcome(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  /**
   * Asks the API server what it would do; changes nothing.
   *
   * @throws UserError with everything that it would refuse
   */
  public List<Step> dryRun(Installation installation) {
    return run(installation, true, step -> {});
  }

  /**
   * Does it.
   *
   * @param progress is told each object as it is done
   * @throws UserError with everything that was refused; what was not stays applied
   */
  public List<Step> apply(Installation installation, Consumer<Step> progress) {
    return run(installation, false, progress);
  }

  private List<Step> run(Installation installation, boolean dry, Consumer<Step> progress) {
    notSeizing(installation);
    List<Step> steps = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    boolean namespace = client.namespaces().withName(installation.namespace()).get() != null;
    for (GenericKubernetesResource object : installation.objects()) {
      boolean inside = installation.namespace().equals(object.getMetadata().getNamespace());
      String name = object.getKind() + "/" + object.getMetadata().getName();
      try {
        Step step =
            dry && inside && !namespace
                ? new Step(name, Outcome.AFTER_NAMESPACE)
                : new Step(name, one(object, dry));
        steps.add(step);
        progress.accept(step);
      } catch (KubernetesClientException e) {
        refused.add(
            name + ": " + (e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage()));
      }
    }
    if (!refused.isEmpty()) {
      throw UserError.machine(
          String.join("\n", refused)
              + "\n(expected: the right to create these; an administrator of the cluster has it)");
    }
    return steps;
  }

  private Outcome one(GenericKubernetesResource object, boolean dry) {
    Resource<GenericKubernetesResource> at = client.resource(object);
    GenericKubernetesResource before = at.get();
    PatchContext.Builder patch =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(FIELD_MANAGER)
            .withForce(true);
    if (dry) {
      patch.withDryRun(List.of("All"));
    }
    GenericKubernetesResource after = at.patch(patch.build(), object);
    if (before == null) {
      return Outcome.CREATED;
    }
    return before
            .getMetadata()
            .getResourceVersion()
            .equals(after.getMetadata().getResourceVersion())
        ? Outcome.UNCHANGED
        : Outcome.CONFIGURED;
  }

  /* A cluster has one owner of external metrics: KEDA and prometheus-adapter are common ones. */
  private void notSeizing(Installation installation) {
    if (!installation.metricsApi()) {
      return;
    }
    var service =
        client
            .genericKubernetesResources(Discovery.API_SERVICES)
            .withName(Installation.API_SERVICE)
            .get();
    if (service != null
        && !(Installation.OPERATOR.equals(service.get("spec", "service", "name"))
            && installation.namespace().equals(service.get("spec", "service", "namespace")))) {
      throw UserError.usage(
          "APIService %s belongs to %s/%s (expected: nobody, or Headroom); with --no-metrics-api"
                  .formatted(
                      Installation.API_SERVICE,
                      service.get("spec", "service", "namespace"),
                      service.get("spec", "service", "name"))
              + " it is left to them, and services scale on CPU alone");
    }
  }
}
