package dev.headroom.apm;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Decompression with an end: a few kilobytes of gzip can hold gigabytes of zeros. */
final class Gunzip {
  private Gunzip() {}

  /** More came out than is allowed. */
  static final class TooLarge extends IOException {
    TooLarge(int most) {
      super("more than " + most + " bytes after decompression");
    }
  }

  /**
   * Decompresses {@code bytes} from {@code offset}.
   *
   * @throws TooLarge beyond {@code most} bytes
   * @throws IOException when it is not gzip
   */
  static byte[] gunzip(byte[] bytes, int offset, int most) throws IOException {
    try (GZIPInputStream in =
        new GZIPInputStream(
            new ByteArrayInputStream(bytes, offset, bytes.length - offset), 4_096)) {
      byte[] plain = in.readNBytes(most);
      if (plain.length == most && in.read() >= 0) {
        throw new TooLarge(most);
      }
      return plain;
    }
  }
}
