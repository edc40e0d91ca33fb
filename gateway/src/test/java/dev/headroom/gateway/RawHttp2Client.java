package dev.headroom.gateway;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** An HTTP/2 client by prior knowledge that sends frames as they are, also wrong ones. */
final class RawHttp2Client implements Closeable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private final Socket socket = new Socket();
  private final DataInputStream in;
  private final DataOutputStream out;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
  private final Map<Integer, Response> open = new HashMap<>();

  RawHttp2Client(InetSocketAddress address) throws IOException {
    socket.connect(address);
    socket.setSoTimeout(15_000);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Frame(int type, int flags, int stream, byte[] payload) {
    boolean ends() {
      return (flags & END_STREAM) != 0;
    }

    /** Of RST_STREAM and GOAWAY. */
    int error() {
      int at = type == GOAWAY ? 4 : 0;
      return (payload[at] & 0xff) << 24
          | (payload[at + 1] & 0xff) << 16
          | (payload[at + 2] & 0xff) << 8
          | (payload[at + 3] & 0xff);
    }
  }

  /** What has come of a response; error is that of its reset, -1 without one. */
  static final class Response {
    final Map<String, String> fields = new HashMap<>();
    final Map<String, String> trailers = new HashMap<>();
    final StringBuilder body = new StringBuilder();
    int status;
    int error = -1;
    boolean whole;
  }

  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length & 0xffff);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  /** Literal fields, as they are. */
  static byte[] fields(String... namesAndValues) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      block.write(0);
      literal(block, namesAndValues[i]);
      literal(block, namesAndValues[i + 1]);
    }
    return block.toByteArray();
  }

  private static void literal(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < 127) {
      block.write(bytes.length);
    } else {
      block.write(127);
      int rest = bytes.length - 127;
      while (rest >= 128) {
        block.write(rest % 128 + 128);
        rest /= 128;
      }
      block.write(rest);
    }
    block.writeBytes(bytes);
  }

  RawHttp2Client request(int stream, String method, String path, boolean last, String... more)
      throws IOException {
    String[] all = new String[8 + more.length];
    String[] pseudo = {
      ":method", method, ":scheme", "http", ":path", path, ":authority", "a.example"
    };
    System.arraycopy(pseudo, 0, all, 0, 8);
    System.arraycopy(more, 0, all, 8, more.length);
    frame(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, fields(all));
    return this;
  }

  RawHttp2Client data(int stream, boolean last, String text) throws IOException {
    frame(DATA, last ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  Frame readFrame() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt() & 0x7fffffff;
    byte[] payload = in.readNBytes(length);
    return new Frame(type, flags, stream, payload);
  }

  /** Until the response of the stream is whole or reset. */
  Response read(int stream) throws IOException, Http2Exception {
    Response response = open.computeIfAbsent(stream, key -> new Response());
    while (!response.whole && response.error < 0) {
      take(readFrame());
    }
    return response;
  }

  private void take(Frame frame) throws IOException, Http2Exception {
    Response of = open.computeIfAbsent(frame.stream, key -> new Response());
    switch (frame.type) {
      case HEADERS -> {
        Http2Headers headers =
            decoder.decodeHeaders(frame.stream, Unpooled.wrappedBuffer(frame.payload));
        if (headers.status() == null) {
          headers.forEach(e -> of.trailers.put(e.getKey().toString(), e.getValue().toString()));
        } else {
          of.status = Integer.parseInt(headers.status().toString());
          headers.forEach(e -> of.fields.put(e.getKey().toString(), e.getValue().toString()));
        }
        of.whole = frame.ends();
      }
      case DATA -> {
        of.body.append(new String(frame.payload, StandardCharsets.ISO_8859_1));
        of.whole = frame.ends();
        if (frame.payload.length > 0) {
          byte[] more = {0, 0, (byte) (frame.payload.length >> 8), (byte) frame.payload.length};
          frame(WINDOW_UPDATE, 0, 0, more);
          if (!of.whole) {
            frame(WINDOW_UPDATE, 0, frame.stream, more);
          }
        }
      }
      case RST_STREAM -> of.error = frame.error();
      default -> {}
    }
  }

  /** Until the connection is given up; its error. */
  int readGoaway() throws IOException {
    while (true) {
      Frame frame = readFrame();
      if (frame.type == GOAWAY) {
        return frame.error();
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
