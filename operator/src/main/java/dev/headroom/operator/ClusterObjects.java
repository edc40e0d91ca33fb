package dev.headroom.operator;

import dev.headroom.operator.Plan.ObjectKey;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** Applies and deletes objects: server-side apply under our own name, conflicts settled our way. */
final class ClusterObjects {
  static final String FIELD_MANAGER = "headroom-operator";

  private final KubernetesClient client;

  ClusterObjects(KubernetesClient client) {
    this.client = client;
  }

  void apply(GenericKubernetesResource object) {
    Resource<GenericKubernetesResource> at = at(object, kind(object));
    at.patch(
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(FIELD_MANAGER)
            .withForce(true)
            .build(),
        object);
  }

  void delete(Kind kind, GenericKubernetesResource object) {
    at(object, kind).delete();
  }

  private Resource<GenericKubernetesResource> at(GenericKubernetesResource object, Kind kind) {
    var all = client.genericKubernetesResources(context(kind));
    return kind.isNamespaced()
        ? all.inNamespace(object.getMetadata().getNamespace()).resource(object)
        : all.resource(object);
  }

  static Kind kind(GenericKubernetesResource object) {
    for (Kind kind : Kind.values()) {
      if (kind.kind().equals(object.getKind())
          && kind.apiVersion().equals(object.getApiVersion())) {
        return kind;
      }
    }
    throw new IllegalArgumentException(object.getApiVersion() + " " + object.getKind());
  }

  static ObjectKey key(GenericKubernetesResource object) {
    return new ObjectKey(kind(object), object.getMetadata().getName());
  }

  static ResourceDefinitionContext context(Kind kind) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(kind.group())
        .withVersion(kind.version())
        .withKind(kind.kind())
        .withPlural(kind.plural())
        .withNamespaced(kind.isNamespaced())
        .build();
  }
}
