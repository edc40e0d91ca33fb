package dev.headroom.demo.api;

import dev.headroom.demo.partner.PartnerClient;
import java.util.Optional;

/** The service of somebody else: called when there is one, its time emulated when there is none. */
final class ThirdParty {
  private static final int USUAL_MILLIS = 150;

  private final Optional<PartnerClient> client;
  private final Downstream downstream;

  ThirdParty(Optional<PartnerClient> client, Downstream downstream) {
    this.client = client;
    this.downstream = downstream;
  }

  /** Whether it has done its part; if not, the work is still to be done. */
  boolean done(String path, Call call) {
    if (client.isEmpty()) {
      downstream.call(USUAL_MILLIS, call.trace(), call.downstream());
      return true;
    }
    return client.get().post(path, "{\"tenant\":" + call.tenant() + "}", call.trace()).isPresent();
  }
}
