package dev.headroom.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.operator.ServiceAddresses.Address;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServiceAddressesTest {

  @Test
  void onlyPodsThatAreReadyAndStay() {
    assertThat(
            ServiceAddresses.addresses(
                List.of(
                    slice("a", "web-1", "10.0.0.1", true),
                    slice("b", "web-2", "10.0.0.2", false),
                    slice("c", "web-0", "10.0.0.3", true))))
        .containsExactly(
            new Address("web-0", "10.0.0.3", 3000), new Address("web-1", "10.0.0.1", 3000));
  }

  @Test
  void tellsEveryChange() throws Exception {
    try (ClusterDouble cluster = new ClusterDouble(Set.of())) {
      LinkedBlockingQueue<List<Address>> told = new LinkedBlockingQueue<>();
      try (ServiceAddresses addresses =
          ServiceAddresses.follow(
              cluster.client(), ClusterDouble.NAMESPACE, "tracker-web", told::add)) {
        assertThat(addresses.name()).contains("acme/tracker-web");
        cluster.client().resource(slice("a", "web-1", "10.0.0.1", true)).create();
        assertThat(told.poll(10, TimeUnit.SECONDS))
            .containsExactly(new Address("web-1", "10.0.0.1", 3000));
        cluster.client().resource(slice("a", "web-1", "10.0.0.1", true)).delete();
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEmpty();
      }
    }
  }

  private static EndpointSlice slice(String name, String pod, String ip, boolean ready) {
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withName("tracker-web-" + name)
        .withNamespace(ClusterDouble.NAMESPACE)
        .addToLabels("kubernetes.io/service-name", "tracker-web")
        .endMetadata()
        .withAddressType("IPv4")
        .addNewPort()
        .withPort(3000)
        .endPort()
        .addNewEndpoint()
        .withAddresses(ip)
        .withNewConditions()
        .withReady(ready)
        .endConditions()
        .withNewTargetRef()
        .withName(pod)
        .endTargetRef()
        .endEndpoint()
        .build();
  }
}
