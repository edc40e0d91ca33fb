package dev.headroom.gateway.cache;

import dev.headroom.base.TimeSource;
import dev.headroom.gateway.cache.StoredResponse.Access;
import dev.headroom.gateway.http.HttpField;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A response as bytes, for the shared store. What cannot be read, another version included, is as
 * if it were not there.
 */
final class StoredForm {
  private static final int VERSION = 2;
  private static final int MOST = 10_000;

  private StoredForm() {}

  static byte[] encode(StoredResponse response, CacheKey key, TimeSource time) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      long now = time.nanoTime();
      long epochMillis = time.now().toEpochMilli();
      out.writeByte(VERSION);
      // The whole key: the name in the store is but a hash of it.
      bytes(out, key.bytes());
      out.writeInt(response.status);
      fields(out, response.fields);
      fields(out, response.selecting);
      out.writeUTF(response.access.name());
      out.writeInt(response.tags.size());
      for (String tag : response.tags) {
        out.writeUTF(tag);
      }
      out.writeLong(response.freshness.lifetimeMillis());
      out.writeLong(response.freshness.staleMillis());
      out.writeLong(epochMillis - response.freshness.ageMillis(now));
      out.writeLong(epochMillis - (now - response.requestedAt) / 1_000_000);
      out.writeInt(response.representations.size());
      for (Representation form : response.representations) {
        out.writeUTF(form.encoding());
        out.writeUTF(form.etag());
        byte[] body = new byte[form.body().readableBytes()];
        form.body().getBytes(form.body().readerIndex(), body);
        bytes(out, body);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory has no I/O.
    }
    return bytes.toByteArray();
  }

  private static void fields(DataOutputStream out, List<HttpField> fields) throws IOException {
    out.writeInt(fields.size());
    for (HttpField field : fields) {
      bytes(out, field.name().getBytes(StandardCharsets.ISO_8859_1));
      bytes(out, field.value().getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static Optional<StoredResponse> decode(byte[] stored, CacheKey key, TimeSource time) {
    List<Representation> forms = new ArrayList<>();
    boolean whole = false;
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
      if (in.readByte() != VERSION || !Arrays.equals(bytes(in), key.bytes())) {
        return Optional.empty();
      }
      int status = in.readInt();
      List<HttpField> fields = fields(in);
      List<HttpField> selecting = fields(in);
      Access access = Access.valueOf(in.readUTF());
      List<String> tags = new ArrayList<>();
      for (int i = count(in, MOST); i > 0; i--) {
        tags.add(in.readUTF());
      }
      long now = time.nanoTime();
      long epochMillis = time.now().toEpochMilli();
      long lifetime = in.readLong();
      long stale = in.readLong();
      long age = Math.max(0, epochMillis - in.readLong());
      long requestedAgo = Math.max(0, epochMillis - in.readLong());
      for (int i = count(in, 8); i > 0; i--) {
        String encoding = in.readUTF();
        String etag = in.readUTF();
        ByteBuf body = Forms.buffer(bytes(in));
        forms.add(Forms.of(status, fields, encoding, body, etag));
      }
      if (forms.isEmpty()) {
        return Optional.empty();
      }
      whole = true;
      return Optional.of(
          new StoredResponse(
              status,
              fields,
              forms,
              new Freshness(lifetime, stale, age, now),
              now - requestedAgo * 1_000_000,
              access,
              selecting,
              tags));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    } finally {
      if (!whole) {
        forms.forEach(Representation::release);
      }
    }
  }

  private static List<HttpField> fields(DataInputStream in) throws IOException {
    List<HttpField> fields = new ArrayList<>();
    for (int i = count(in, MOST); i > 0; i--) {
      String name = new String(bytes(in), StandardCharsets.ISO_8859_1);
      fields.add(new HttpField(name, new String(bytes(in), StandardCharsets.ISO_8859_1)));
    }
    return fields;
  }

  private static int count(DataInputStream in, int most) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > most) {
      throw new IOException("a count of " + count);
    }
    return count;
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("a length of " + length);
    }
    return in.readNBytes(length);
  }
}
