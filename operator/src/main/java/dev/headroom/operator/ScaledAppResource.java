package dev.headroom.operator;

import dev.headroom.spec.ScaledApp;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.LinkedHashMap;
import java.util.Map;

/** A {@code ScaledApp} as the API server has it; its spec is text until {@code spec} reads it. */
@Group(ScaledAppDefinition.GROUP)
@Version(ScaledAppDefinition.VERSION)
@Kind(ScaledApp.KIND)
@Plural(ScaledAppDefinition.PLURAL)
public final class ScaledAppResource extends CustomResource<Map<String, Object>, ScaledAppStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1;

  /** For the client, which fills it. */
  public ScaledAppResource() {}

  @Override
  protected Map<String, Object> initSpec() {
    return new LinkedHashMap<>();
  }

  @Override
  protected ScaledAppStatus initStatus() {
    return new ScaledAppStatus();
  }

  AppIdentity identity() {
    return new AppIdentity(
        getMetadata().getNamespace(), getMetadata().getName(), getMetadata().getUid());
  }
}
