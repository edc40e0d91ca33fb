package dev.headroom.operator;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One {@code ScaledApp} of a cluster, and how what it produces is named and marked.
 *
 * @param uid of the resource, for owner references
 */
record AppIdentity(String namespace, String name, String uid) {
  static final String APP = "headroom.dev/app";

  /** On objects outside of any namespace, which owner references cannot follow. */
  static final String NAMESPACE = "headroom.dev/namespace";

  static final String COMPONENT = "app.kubernetes.io/component";
  static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  static final String HEADROOM = "headroom";

  /** For example {@code tracker-gateway}. */
  String nameOf(String component) {
    return name + "-" + component;
  }

  /** What marks everything of this application. */
  Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(APP, name);
    labels.put(MANAGED_BY, HEADROOM);
    return labels;
  }

  Map<String, String> labels(String component) {
    Map<String, String> labels = labels();
    labels.put("app.kubernetes.io/name", name);
    labels.put(COMPONENT, component);
    return labels;
  }

  /** Never changes for a component: what selects its pods. */
  Map<String, Object> selector(String component) {
    Map<String, Object> selector = new LinkedHashMap<>();
    selector.put(APP, name);
    selector.put(COMPONENT, component);
    return selector;
  }

  /** Of an object that goes when the resource goes. */
  ObjectMeta owned(String component) {
    return owned(nameOf(component), component);
  }

  ObjectMeta owned(String objectName, String component) {
    return new ObjectMetaBuilder()
        .withName(objectName)
        .withNamespace(namespace)
        .withLabels(labels(component))
        .addNewOwnerReference()
        .withApiVersion(ScaledAppDefinition.GROUP + "/" + ScaledAppDefinition.VERSION)
        .withKind(dev.headroom.spec.ScaledApp.KIND)
        .withName(name)
        .withUid(uid)
        .withController(true)
        .withBlockOwnerDeletion(true)
        .endOwnerReference()
        .build();
  }

  /** Of an object outside of any namespace; the operator deletes it itself. */
  ObjectMeta clusterWide(String component) {
    return new ObjectMetaBuilder()
        .withName(namespace + "-" + nameOf(component))
        .withLabels(labels(component))
        .addToLabels(NAMESPACE, namespace)
        .build();
  }
}
