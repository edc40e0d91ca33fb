package dev.headroom.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Watches everything that was produced, so that a change by somebody else is noticed and undone.
 * Kinds that a cluster comes to serve later are watched from then on. Thread-safe.
 */
final class Watches {
  private static final String OURS = AppIdentity.MANAGED_BY + "=" + AppIdentity.HEADROOM;

  /* Their status says how far they are; of all others only a changed spec is of interest. */
  private static final Set<Kind> STATUS_MATTERS =
      EnumSet.of(Kind.DEPLOYMENT, Kind.STATEFUL_SET, Kind.JOB, Kind.POSTGRES_CLUSTER);

  private final Map<Kind, InformerEventSource<GenericKubernetesResource, ScaledAppResource>>
      objects = new ConcurrentHashMap<>();
  private volatile InformerEventSource<Pod, ScaledAppResource> redisPods;

  Watches(EventSourceContext<ScaledAppResource> context, Set<Kind> served) {
    for (Kind kind : served) {
      if (isWatched(kind)) {
        objects.put(kind, source(kind, context));
      }
    }
    redisPods =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Pod.class, ScaledAppResource.class)
                .withName("redis-pods")
                .withLabelSelector(
                    OURS + "," + AppIdentity.COMPONENT + "=" + RedisObjects.COMPONENT)
                .withSecondaryToPrimaryMapper(pod -> owner(pod.getMetadata()))
                .build(),
            context);
  }

  List<EventSource<?, ScaledAppResource>> sources() {
    List<EventSource<?, ScaledAppResource>> sources = new ArrayList<>(objects.values());
    sources.add(redisPods);
    return sources;
  }

  /** Watches what the cluster has come to serve. */
  void follow(Set<Kind> served, Context<ScaledAppResource> context) {
    for (Kind kind : served) {
      if (isWatched(kind)) {
        objects.computeIfAbsent(
            kind,
            _ -> {
              InformerEventSource<GenericKubernetesResource, ScaledAppResource> source =
                  source(
                      kind,
                      context.eventSourceRetriever().eventSourceContextForDynamicRegistration());
              context.eventSourceRetriever().dynamicallyRegisterEventSource(source);
              return source;
            });
      }
    }
  }

  /** The objects of a kind that an application has now. */
  List<GenericKubernetesResource> of(AppIdentity id, Kind kind) {
    var source = objects.get(kind);
    if (source == null) {
      return List.of();
    }
    ResourceID owner = new ResourceID(id.name(), id.namespace());
    return source.list(object -> owner(object.getMetadata()).contains(owner)).toList();
  }

  /** The pods of an application's Redis. */
  List<Pod> redisPods(AppIdentity id) {
    ResourceID owner = new ResourceID(id.name(), id.namespace());
    return redisPods.list(pod -> owner(pod.getMetadata()).contains(owner)).toList();
  }

  private static boolean isWatched(Kind kind) {
    return kind.verbs().contains("watch");
  }

  private static InformerEventSource<GenericKubernetesResource, ScaledAppResource> source(
      Kind kind, EventSourceContext<ScaledAppResource> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(
                new GroupVersionKind(kind.group(), kind.version(), kind.kind()),
                ScaledAppResource.class)
            .withName(kind.plural() + "." + kind.apiVersion().replace('/', '.'))
            .withLabelSelector(OURS)
            .withSecondaryToPrimaryMapper(object -> owner(object.getMetadata()))
            .withOnUpdateFilter((now, before) -> matters(kind, now, before))
            .build(),
        context);
  }

  private static boolean matters(
      Kind kind, GenericKubernetesResource now, GenericKubernetesResource before) {
    Long generation = now.getMetadata().getGeneration();
    return STATUS_MATTERS.contains(kind)
        || generation == null
        || !Objects.equals(generation, before.getMetadata().getGeneration())
        || !Objects.equals(now.getMetadata().getLabels(), before.getMetadata().getLabels());
  }

  private static Set<ResourceID> owner(io.fabric8.kubernetes.api.model.ObjectMeta metadata) {
    Map<String, String> labels = metadata.getLabels();
    String app = labels == null ? null : labels.get(AppIdentity.APP);
    if (labels == null || app == null) {
      return Set.of();
    }
    String namespace =
        metadata.getNamespace() == null
            ? labels.get(AppIdentity.NAMESPACE)
            : metadata.getNamespace();
    return namespace == null ? Set.of() : Set.of(new ResourceID(app, namespace));
  }
}
