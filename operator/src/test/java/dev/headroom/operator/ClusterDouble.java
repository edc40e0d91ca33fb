package dev.headroom.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** An API server that keeps what it is given, over real HTTP; nothing in it runs. */
final class ClusterDouble implements AutoCloseable {
  static final String NAMESPACE = "acme";

  /** It tells of every request; held so that the level stays. */
  private static final Logger REQUESTS = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

  static {
    REQUESTS.setLevel(Level.WARNING);
  }

  private final KubernetesMockServer server;
  private final KubernetesClient client;

  ClusterDouble(Set<Kind> optional) {
    server =
        new KubernetesMockServer(
            new Context(), new MockWebServer(), new HashMap<>(), new ApplyingDispatcher(), false);
    server.init();
    client = server.createClient();
    server.expectCustomResource(
        new CustomResourceDefinitionContext.Builder()
            .withGroup(ScaledAppDefinition.GROUP)
            .withVersion(ScaledAppDefinition.VERSION)
            .withKind("ScaledApp")
            .withPlural(ScaledAppDefinition.PLURAL)
            .withName("scaledapps.headroom.dev")
            .withScope("Namespaced")
            .withStatusSubresource(true)
            .build());
    optional.forEach(this::serve);
    serve(API_SERVICE);
  }

  private static final CustomResourceDefinitionContext API_SERVICE =
      new CustomResourceDefinitionContext.Builder()
          .withGroup("apiregistration.k8s.io")
          .withVersion("v1")
          .withKind("APIService")
          .withPlural("apiservices")
          .withName("apiservices.apiregistration.k8s.io")
          .withScope("Cluster")
          .build();

  void serve(Kind kind) {
    serve(
        new CustomResourceDefinitionContext.Builder()
            .withGroup(kind.group())
            .withVersion(kind.version())
            .withKind(kind.kind())
            .withPlural(kind.plural())
            .withName(kind.plural() + "." + kind.group())
            .withScope(kind.isNamespaced() ? "Namespaced" : "Cluster")
            .build());
  }

  private void serve(CustomResourceDefinitionContext context) {
    server.expectCustomResource(context);
  }

  KubernetesClient client() {
    return client;
  }

  @Nullable GenericKubernetesResource get(Kind kind, String name) {
    var all = client.genericKubernetesResources(ClusterObjects.context(kind));
    return kind.isNamespaced()
        ? all.inNamespace(NAMESPACE).withName(name).get()
        : all.withName(name).get();
  }

  List<String> names(Kind kind) {
    var all = client.genericKubernetesResources(ClusterObjects.context(kind));
    return (kind.isNamespaced() ? all.inNamespace(NAMESPACE).list() : all.list())
        .getItems().stream().map(object -> object.getMetadata().getName()).toList();
  }

  void put(GenericKubernetesResource object, Kind kind) {
    client
        .genericKubernetesResources(ClusterObjects.context(kind))
        .inNamespace(NAMESPACE)
        .resource(object)
        .create();
  }

  @Override
  public void close() {
    client.close();
    server.destroy();
  }

  /**
   * The dispatcher refuses server-side apply; here it creates what is absent and merges into what
   * is there (RFC 7396). It keeps no field managers: what is taken out of an object stays in it.
   */
  private static final class ApplyingDispatcher extends KubernetesCrudDispatcher {

    @Override
    public MockResponse handlePatch(RecordedRequest request) {
      String type = request.getHeader("Content-Type");
      if (type == null || !type.startsWith("application/apply-patch")) {
        return super.handlePatch(request);
      }
      String path = request.getPath().replaceFirst("\\?.*", "");
      Map<?, ?> applied = Serialization.unmarshal(request.getBody().readUtf8(), Map.class);
      String parent = path.replaceFirst("/status$", "");
      MockResponse current = handleGet(parent);
      if (current.code() == 404) {
        String collection = parent.substring(0, parent.lastIndexOf('/'));
        return handleCreate(with(request, HttpMethod.POST, collection, applied));
      }
      Map<?, ?> before =
          Serialization.unmarshal(
              new String(current.getBody().getBytes(), StandardCharsets.UTF_8), Map.class);
      Map<Object, Object> merged = merge(before, applied);
      return merged.equals(before)
          ? handleGet(parent)
          : handleUpdate(with(request, HttpMethod.PUT, path, merged));
    }

    private static Map<Object, Object> merge(Map<?, ?> below, Map<?, ?> above) {
      Map<Object, Object> merged = new LinkedHashMap<>(below);
      above.forEach(
          (key, value) ->
              merged.put(
                  key,
                  value instanceof Map<?, ?> map && below.get(key) instanceof Map<?, ?> lower
                      ? merge(lower, map)
                      : value));
      return merged;
    }

    private static RecordedRequest with(
        RecordedRequest request, HttpMethod method, String path, Map<?, ?> body) {
      return new RecordedRequest(
          request.getHttpVersion(),
          method,
          path,
          request.getHeaders().newBuilder().set("Content-Type", "application/json").build(),
          new Buffer(Serialization.asJson(body).getBytes(StandardCharsets.UTF_8)));
    }
  }
}
