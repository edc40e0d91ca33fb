package dev.headroom.launcher;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.gateway.Gateway;
import dev.headroom.spec.ScaledApp;

/** A gateway that is told of replicas by a board for as long as it runs. */
record AttachedGateway(Gateway gateway, EndpointBoard board)
    implements Component, Reloadable<ScaledApp> {

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
  public void apply(ScaledApp previous, ScaledApp next) {
    gateway.apply(previous, next);
  }

  @Override
  public void close() {
    gateway.close();
    board.detach();
  }
}
