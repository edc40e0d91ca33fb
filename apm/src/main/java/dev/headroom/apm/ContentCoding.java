package dev.headroom.apm;

import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Decompression with an end: a few kilobytes can hold gigabytes of zeros. */
enum ContentCoding {
  IDENTITY,
  GZIP,
  ZSTD;

  /** For error messages. */
  static final String EXPECTED = "gzip, zstd or identity";

  /** More came out than is allowed. */
  static final class TooLarge extends IOException {
    TooLarge(String message) {
      super(message);
    }
  }

  /** Reads {@code Content-Encoding} or {@code grpc-encoding}; empty when it is another one. */
  static Optional<ContentCoding> of(String header) {
    return switch (header.trim().toLowerCase(Locale.ROOT)) {
      case "identity", "" -> Optional.of(IDENTITY);
      case "gzip", "x-gzip" -> Optional.of(GZIP);
      case "zstd" -> Optional.of(ZSTD);
      default -> Optional.empty();
    };
  }

  /**
   * Decompresses {@code bytes} from {@code offset}.
   *
   * @throws TooLarge beyond {@code most} bytes
   * @throws IOException when it is not of this coding
   */
  byte[] decode(byte[] bytes, int offset, int most) throws IOException {
    if (this == IDENTITY) {
      if (bytes.length - offset > most) {
        throw new TooLarge((bytes.length - offset) + " bytes (expected: at most " + most + ")");
      }
      return offset == 0 ? bytes : Arrays.copyOfRange(bytes, offset, bytes.length);
    }
    InputStream compressed = new ByteArrayInputStream(bytes, offset, bytes.length - offset);
    try (InputStream in =
        this == GZIP ? new GZIPInputStream(compressed, 4_096) : new ZstdInputStream(compressed)) {
      byte[] plain = in.readNBytes(most);
      if (plain.length == most && in.read() >= 0) {
        throw new TooLarge("more than " + most + " bytes after decompression");
      }
      return plain;
    } catch (MalformedInputException e) {
      throw new IOException(e.getMessage(), e);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      // What the decoder says of some inputs that end too early.
      throw new IOException("ends too early", e);
    }
  }
}
