package dev.headroom.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which objects an application needs on a cluster, and what is to be said of it. A pure function of
 * the document and of what the cluster has: {@link #of}.
 *
 * @param objects in the order in which they are applied
 * @param held of which nothing is changed for now, and nothing deleted
 */
record Plan(List<GenericKubernetesResource> objects, Set<ObjectKey> held, List<Finding> findings) {

  Plan {
    objects = List.copyOf(objects);
    held = Set.copyOf(held);
    findings = List.copyOf(findings);
  }

  static Plan of(Application app) {
    Draft draft = new Draft();
    RoleObjects.add(app, draft);
    PostgresObjects.add(app, draft);
    RedisObjects.add(app, draft);
    NodeObjects.add(app, draft);
    MigrationJob.add(app, draft);
    ServiceObjects.add(app, draft);
    ScalingObjects.add(app, draft);
    return draft.plan();
  }

  /** An object's place in a cluster. */
  record ObjectKey(Kind kind, String name) {}

  /** A plan while it is made. */
  static final class Draft {
    private final List<GenericKubernetesResource> objects = new ArrayList<>();
    private final Set<ObjectKey> held = new HashSet<>();
    private final List<Finding> findings = new ArrayList<>();

    void add(GenericKubernetesResource object) {
      objects.add(object);
    }

    void hold(Kind kind, String name) {
      held.add(new ObjectKey(kind, name));
    }

    void find(Finding finding) {
      findings.add(finding);
    }

    Plan plan() {
      return new Plan(objects, held, findings);
    }
  }
}
