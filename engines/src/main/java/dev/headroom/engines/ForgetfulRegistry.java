package dev.headroom.engines;

/** {@link ChildRegistry#NONE}. */
final class ForgetfulRegistry implements ChildRegistry {

  @Override
  public void started(ChildProcess child) {}

  @Override
  public void ended(ChildProcess child) {}
}
