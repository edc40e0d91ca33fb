package dev.headroom.operator;

import dev.headroom.base.TimeSource;
import dev.headroom.operator.DocumentReader.Reading;
import dev.headroom.operator.Plan.ObjectKey;
import dev.headroom.spec.ScaledApp;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a cluster what a {@code ScaledApp} says: read, look, plan, apply, prune, tell. It decides
 * nothing; {@link Plan} does.
 */
final class ScaledAppReconciler
    implements Reconciler<ScaledAppResource>, Cleaner<ScaledAppResource> {
  private static final Logger LOG = System.getLogger(ScaledAppReconciler.class.getName());
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN_SOON = Duration.ofSeconds(5);

  private final OperatorSettings settings;
  private final ClusterObjects objects;
  private final ClusterLook look;
  private final Discovery discovery;
  private final RedisKeepers redis;
  private final TimeSource time;
  // Made by the framework before the first reconciliation.
  private volatile @Nullable Watches watches;

  ScaledAppReconciler(
      OperatorSettings settings,
      ClusterObjects objects,
      ClusterLook look,
      Discovery discovery,
      RedisKeepers redis,
      TimeSource time) {
    this.settings = settings;
    this.objects = objects;
    this.look = look;
    this.discovery = discovery;
    this.redis = redis;
    this.time = time;
  }

  @Override
  public List<EventSource<?, ScaledAppResource>> prepareEventSources(
      EventSourceContext<ScaledAppResource> context) {
    Watches made = new Watches(context, discovery.kinds());
    watches = made;
    return made.sources();
  }

  private Watches watches() {
    return Objects.requireNonNull(watches, "watches");
  }

  @Override
  public UpdateControl<ScaledAppResource> reconcile(
      ScaledAppResource resource, Context<ScaledAppResource> context) {
    List<Finding> findings = new ArrayList<>();
    switch (DocumentReader.read(resource.getMetadata().getName(), resource.getSpec())) {
      // What runs goes on as it was: a mistake in a document takes nothing away.
      case Reading.Invalid(String problems) ->
          findings.add(Finding.bad(Finding.DOCUMENT_VALID, "Invalid", problems));
      case Reading.Valid(ScaledApp document) -> {
        findings.add(Finding.good(Finding.DOCUMENT_VALID, "Valid", ""));
        findings.addAll(carryOut(resource, document, context));
      }
    }
    return told(resource, findings);
  }

  private List<Finding> carryOut(
      ScaledAppResource resource, ScaledApp document, Context<ScaledAppResource> context) {
    AppIdentity id = resource.identity();
    watches().follow(discovery.kinds(), context);
    Application app =
        new Application(
            id, document, resource.getSpec(), look.at(id, document, watches()), settings);
    Plan plan = Plan.of(app);
    List<Finding> findings = new ArrayList<>(plan.findings());
    List<String> refused = new ArrayList<>();
    plan.objects().forEach(object -> apply(object, refused));
    if (refused.isEmpty()) {
      prune(id, plan);
    } else {
      findings.addFirst(Finding.bad("Applied", "Refused", String.join("\n", refused)));
    }
    if (app.runsRedis()) {
      findings.add(redis.tend(app, watches().redisPods(id)));
    } else {
      redis.forget(id);
    }
    return findings;
  }

  /* One object that is refused does not keep the others from being applied. */
  private void apply(GenericKubernetesResource object, List<String> refused) {
    try {
      objects.apply(object);
    } catch (KubernetesClientException e) {
      String why = e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage();
      refused.add(object.getKind() + " " + object.getMetadata().getName() + ": " + why);
    }
  }

  /* Of what is ours, what the document no longer asks for. */
  private void prune(AppIdentity id, Plan plan) {
    Set<ObjectKey> wanted = new HashSet<>(plan.held());
    plan.objects().forEach(object -> wanted.add(ClusterObjects.key(object)));
    for (Kind kind : discovery.kinds()) {
      for (GenericKubernetesResource object : watches().of(id, kind)) {
        boolean finished = kind == Kind.JOB;
        if (!finished && !wanted.contains(new ObjectKey(kind, object.getMetadata().getName()))) {
          LOG.log(
              Level.INFO,
              "{0}/{1}: deletes {2} {3}",
              id.namespace(),
              id.name(),
              kind.kind(),
              object.getMetadata().getName());
          objects.delete(kind, object);
        }
      }
    }
  }

  private UpdateControl<ScaledAppResource> told(
      ScaledAppResource resource, List<Finding> findings) {
    ScaledAppStatus before =
        resource.getStatus() == null ? new ScaledAppStatus() : resource.getStatus();
    long generation =
        resource.getMetadata().getGeneration() == null ? 0 : resource.getMetadata().getGeneration();
    ScaledAppStatus next = Conditions.next(before, generation, findings, time.now());
    boolean settled =
        findings.stream().noneMatch(finding -> finding.status() == Finding.Status.UNKNOWN);
    Duration again = settled ? LOOK_AGAIN : LOOK_AGAIN_SOON;
    if (next.getConditions().equals(before.getConditions())
        && Objects.equals(next.getObservedGeneration(), before.getObservedGeneration())) {
      return UpdateControl.<ScaledAppResource>noUpdate().rescheduleAfter(again);
    }
    ScaledAppResource told = new ScaledAppResource();
    told.setMetadata(
        new ObjectMetaBuilder()
            .withName(resource.getMetadata().getName())
            .withNamespace(resource.getMetadata().getNamespace())
            .build());
    told.setSpec(null);
    told.setStatus(next);
    return UpdateControl.patchStatus(told).rescheduleAfter(again);
  }

  /** What owner references do not reach: nodes are outside of any namespace. */
  @Override
  public DeleteControl cleanup(ScaledAppResource resource, Context<ScaledAppResource> context) {
    AppIdentity id = resource.identity();
    redis.forget(id);
    for (Kind kind : List.of(Kind.NODE_POOL, Kind.NODE_CLASS)) {
      watches().of(id, kind).forEach(object -> objects.delete(kind, object));
    }
    return DeleteControl.defaultDelete();
  }
}
