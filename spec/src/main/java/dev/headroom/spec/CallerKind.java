package dev.headroom.spec;

/** Who a limit counts and a hash is taken of; all but {@code ip} only once they are verified. */
public enum CallerKind {
  USER,
  TENANT,
  /** An API key. */
  KEY,
  /** The client's address; of IPv6 the first 64 bits, which one household has. */
  IP
}
