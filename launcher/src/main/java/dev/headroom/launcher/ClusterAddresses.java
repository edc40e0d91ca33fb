package dev.headroom.launcher;

import dev.headroom.base.Lifecycle;
import dev.headroom.base.UserError;
import dev.headroom.gateway.Gateway;
import dev.headroom.gateway.Replica;
import dev.headroom.operator.ClusterConnection;
import dev.headroom.operator.ServiceAddresses;
import dev.headroom.operator.ServiceAddresses.Address;
import dev.headroom.router.Member;
import dev.headroom.router.Router;
import dev.headroom.spec.ScaledApp;
import java.net.InetSocketAddress;
import java.util.List;

/** On Kubernetes, who is behind a Service: told to the gateway and to the router as it changes. */
final class ClusterAddresses {
  private ClusterAddresses() {}

  /** The replicas of each service are the ready pods of the Service {@code APP-SERVICE}. */
  static void tell(Gateway gateway, ScaledApp app, String namespace, Lifecycle lifecycle) {
    ClusterConnection cluster = lifecycle.add(ClusterConnection.open());
    app.services()
        .forEach(
            (name, service) -> {
              if (service.isServer() && service.endpoints().isEmpty()) {
                lifecycle.add(
                    ServiceAddresses.follow(
                        cluster,
                        namespace,
                        app.name() + "-" + name,
                        pods -> gateway.replicas(name, replicas(pods))));
              }
            });
  }

  private static List<Replica> replicas(List<Address> pods) {
    return pods.stream()
        .map(pod -> new Replica(pod.pod(), new InetSocketAddress(pod.ip(), pod.port())))
        .toList();
  }

  /**
   * The members of the database are the ready pods of a Service.
   *
   * @param place {@code NAMESPACE/SERVICE}
   */
  static void tell(Router router, String place, Lifecycle lifecycle) {
    int slash = place.indexOf('/');
    if (slash <= 0) {
      throw UserError.usage("--discover: " + place + " (expected: NAMESPACE/SERVICE)");
    }
    ClusterConnection cluster = lifecycle.add(ClusterConnection.open());
    lifecycle.add(
        ServiceAddresses.follow(
            cluster,
            place.substring(0, slash),
            place.substring(slash + 1),
            pods -> {
              // With nobody ready, those who were are asked on: they come back at their address.
              if (!pods.isEmpty()) {
                router.members(members(pods));
              }
            }));
  }

  private static List<Member> members(List<Address> pods) {
    return pods.stream()
        .map(pod -> new Member(pod.pod(), new InetSocketAddress(pod.ip(), pod.port())))
        .toList();
  }
}
