package dev.headroom.launcher;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.gateway.Gateway;

/** A gateway that is told of replicas by a board for as long as it runs. */
record AttachedGateway(Gateway gateway, EndpointBoard board) implements Component {

  AttachedGateway {
    board.attach(gateway);
  }

  @Override
  public String name() {
    return gateway.name();
  }

  @Override
  public Health check() {
    return gateway.check();
  }

  @Override
  public void close() {
    gateway.close();
    board.detach();
  }
}
