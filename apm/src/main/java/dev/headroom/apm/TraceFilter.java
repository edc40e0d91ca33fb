package dev.headroom.apm;

import java.nio.ByteBuffer;

/**
 * Whether a segment may hold spans of a trace: a Bloom filter of ten bits per trace, which says yes
 * wrongly once in a hundred times.
 */
final class TraceFilter {
  private static final int BITS_PER_TRACE = 10;
  private static final int HASHES = 5;

  private final long[] words;

  private TraceFilter(long[] words) {
    this.words = words;
  }

  static TraceFilter forTraces(long traces) {
    return new TraceFilter(
        new long[Math.toIntExact(Math.min(1 << 26, traces * BITS_PER_TRACE / Long.SIZE + 1))]);
  }

  static TraceFilter of(byte[] bytes) {
    long[] words = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(words);
    return new TraceFilter(words);
  }

  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(words.length * Long.BYTES);
    bytes.asLongBuffer().put(words);
    return bytes.array();
  }

  void add(long high, long low) {
    long hash = mix(high ^ Long.rotateLeft(low, 29));
    for (int i = 0; i < HASHES; i++) {
      long bit = bit(hash, i);
      words[(int) (bit >>> 6)] |= 1L << bit;
    }
  }

  boolean mayContain(long high, long low) {
    long hash = mix(high ^ Long.rotateLeft(low, 29));
    for (int i = 0; i < HASHES; i++) {
      long bit = bit(hash, i);
      if ((words[(int) (bit >>> 6)] & 1L << bit) == 0) {
        return false;
      }
    }
    return true;
  }

  private long bit(long hash, int i) {
    return Math.unsignedMultiplyHigh(mix(hash + i), (long) words.length << 6);
  }

  // Finalizer of SplitMix64.
  private static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }
}
