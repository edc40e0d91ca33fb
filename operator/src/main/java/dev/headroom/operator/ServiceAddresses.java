package dev.headroom.operator;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The ready addresses behind a Service, pod by pod, as they change: what gateway and router spread
 * requests over themselves, instead of one address that stands for all.
 */
public final class ServiceAddresses implements Component {
  private static final String OF_SERVICE = "kubernetes.io/service-name";

  private final String service;
  private final SharedIndexInformer<EndpointSlice> informer;
  private final Consumer<List<Address>> listener;
  private List<Address> told = List.of();

  private ServiceAddresses(
      KubernetesClient client, String namespace, String service, Consumer<List<Address>> listener) {
    this.service = namespace + "/" + service;
    this.listener = listener;
    this.informer =
        client
            .discovery()
            .v1()
            .endpointSlices()
            .inNamespace(namespace)
            .withLabel(OF_SERVICE, service)
            .runnableInformer(0);
  }

  /** A pod that takes requests. */
  public record Address(String pod, String ip, int port) {}

  /**
   * Follows a Service, which need not be there yet.
   *
   * @param connection stays the caller's
   * @param listener is told all ready addresses whenever they change, one call at a time
   */
  public static ServiceAddresses follow(
      ClusterConnection connection,
      String namespace,
      String service,
      Consumer<List<Address>> listener) {
    return follow(connection.client(), namespace, service, listener);
  }

  static ServiceAddresses follow(
      KubernetesClient client, String namespace, String service, Consumer<List<Address>> listener) {
    ServiceAddresses addresses = new ServiceAddresses(client, namespace, service, listener);
    addresses.informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(EndpointSlice slice) {
            addresses.changed();
          }

          @Override
          public void onUpdate(EndpointSlice before, EndpointSlice now) {
            addresses.changed();
          }

          @Override
          public void onDelete(EndpointSlice slice, boolean unknown) {
            addresses.changed();
          }
        });
    var _ = addresses.informer.start();
    return addresses;
  }

  private synchronized void changed() {
    List<Address> now = addresses(informer.getStore().list());
    if (!now.equals(told)) {
      told = now;
      listener.accept(now);
    }
  }

  /** Ready ones; a pod that is on its way out is none. */
  static List<Address> addresses(List<EndpointSlice> slices) {
    List<Address> addresses = new ArrayList<>();
    for (EndpointSlice slice : slices) {
      if (slice.getPorts() == null || slice.getEndpoints() == null) {
        continue;
      }
      for (EndpointPort port : slice.getPorts()) {
        for (Endpoint endpoint : slice.getEndpoints()) {
          if (port.getPort() != null && isReady(endpoint)) {
            String ip = endpoint.getAddresses().getFirst();
            String pod = endpoint.getTargetRef() == null ? ip : endpoint.getTargetRef().getName();
            addresses.add(new Address(pod, ip, port.getPort()));
          }
        }
      }
    }
    return addresses.stream()
        .distinct()
        .sorted(java.util.Comparator.comparing(Address::pod).thenComparing(Address::ip))
        .toList();
  }

  private static boolean isReady(Endpoint endpoint) {
    return endpoint.getAddresses() != null
        && !endpoint.getAddresses().isEmpty()
        && (endpoint.getConditions() == null
            || !Boolean.FALSE.equals(endpoint.getConditions().getReady()));
  }

  @Override
  public String name() {
    return "addresses of " + service;
  }

  @Override
  public Health check() {
    return informer.isWatching() ? Health.up() : Health.degraded("not watching " + service);
  }

  @Override
  public void close() {
    informer.stop();
  }
}
