package dev.headroom.spec;

/** Who a limit counts and a hash is taken of; all but the last two only once they are verified. */
public enum CallerKind {
  USER,
  TENANT,
  /** An API key. */
  KEY,
  /** The client's address; of IPv6 the first 64 bits, which one household has. */
  IP,
  /** The address of a caller of whom nothing is verified; others are not counted. */
  ANONYMOUS
}
