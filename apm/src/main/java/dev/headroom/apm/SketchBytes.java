package dev.headroom.apm;

import dev.headroom.signals.LatencySketch;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A sketch in few bytes: sum, minimum, maximum as doubles; then varints: zeros, number of buckets,
 * and of each bucket the distance from the one before and the count.
 */
final class SketchBytes {
  private static final int HEAD = 3 * Double.BYTES;

  private SketchBytes() {}

  static byte[] encode(LatencySketch sketch) {
    int[] indexes = sketch.indexes();
    long[] counts = sketch.counts();
    ByteBuffer out = ByteBuffer.allocate(HEAD + 20 + indexes.length * 15);
    out.putDouble(sketch.sum()).putDouble(sketch.min()).putDouble(sketch.max());
    varint(out, sketch.zeros());
    varint(out, indexes.length);
    int before = 0;
    for (int i = 0; i < indexes.length; i++) {
      int distance = indexes[i] - before;
      varint(out, ((long) distance << 1) ^ (distance >> 31));
      varint(out, counts[i]);
      before = indexes[i];
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  /** Adds an encoded sketch to {@code sum}. */
  static void addTo(SketchSum sum, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    double total = in.getDouble();
    double min = in.getDouble();
    double max = in.getDouble();
    long zeros = varint(in);
    int buckets = (int) varint(in);
    int index = 0;
    long count = zeros;
    for (int i = 0; i < buckets; i++) {
      long zigzag = varint(in);
      index += (int) ((zigzag >>> 1) ^ -(zigzag & 1));
      long n = varint(in);
      sum.bucket(index, n);
      count += n;
    }
    if (count > 0) {
      sum.rest(zeros, total, min, max);
    }
  }

  static LatencySketch decode(byte[] bytes) {
    SketchSum sum = new SketchSum();
    addTo(sum, bytes);
    return sum.toSketch();
  }

  private static void varint(ByteBuffer out, long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      out.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("sketch: a varint of more than 10 bytes");
  }
}
