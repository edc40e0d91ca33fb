package dev.headroom.router.session;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.ErrorFields;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.pgwire.ProtocolException;
import dev.headroom.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A client of the admin database: simple queries, one after the other, answered in text. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells of failures by exceptionCaught and channelInactive.
final class AdminSession extends ChannelInboundHandlerAdapter {
  private static final int TEXT = 25;

  private final AdminDatabase database;
  private final ClientInput input = new ClientInput();
  private boolean busy;
  private boolean skipping;
  private boolean closed;

  AdminSession(AdminDatabase database) {
    this.database = database;
  }

  /** Authentication is over; {@code rest} is what came behind it. */
  void begin(Channel client, ByteBuf rest) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    put(out, new BackendMessage.ParameterStatus("server_version", "18.0 (Headroom router)"));
    put(out, new BackendMessage.ParameterStatus("client_encoding", "UTF8"));
    put(out, new BackendMessage.ParameterStatus("server_encoding", "UTF8"));
    put(out, new BackendMessage.ParameterStatus("standard_conforming_strings", "on"));
    put(out, new BackendMessage.ParameterStatus("DateStyle", "ISO"));
    put(out, new BackendMessage.ParameterStatus("TimeZone", "UTC"));
    put(out, new BackendMessage.BackendKeyData(0, Bytes.of(new byte[4])));
    put(out, new BackendMessage.ReadyForQuery(TransactionStatus.IDLE));
    client.writeAndFlush(Unpooled.wrappedBuffer(out.toByteArray()));
    input.append(rest);
    process(client);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (closed) {
      ((ByteBuf) message).release();
      return;
    }
    input.append((ByteBuf) message);
    process(context.channel());
  }

  private void process(Channel client) {
    try {
      while (!busy && !closed) {
        if (input.tooLong() > 0) {
          throw new ProtocolException("message of " + input.tooLong() + " bytes");
        }
        byte[] frame = input.next();
        if (frame == null) {
          return;
        }
        message(client, frame);
      }
    } catch (ProtocolException e) {
      client
          .writeAndFlush(
              Unpooled.wrappedBuffer(
                  Replies.error(Replies.protocol(String.valueOf(e.getMessage())))))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void message(Channel client, byte[] frame) throws ProtocolException {
    switch (frame[0]) {
      case 'Q' -> {
        FrontendMessage.Query query =
            (FrontendMessage.Query) FrontendMessage.decode(frame[0], Frames.payload(frame));
        busy = true;
        Thread.ofVirtual()
            .name("router admin")
            .start(
                () -> {
                  byte[] answer = answer(query.sql());
                  client.eventLoop().execute(() -> answered(client, answer));
                });
      }
      case 'X' -> client.close();
      case 'S' -> {
        skipping = false;
        client.writeAndFlush(Unpooled.wrappedBuffer(Replies.READY_IDLE));
      }
      default -> {
        if (!skipping) {
          skipping = true;
          client.writeAndFlush(
              Unpooled.wrappedBuffer(
                  Replies.error(
                      ErrorFields.error(
                          "0A000",
                          "the admin database speaks the simple query protocol only",
                          "",
                          "Use psql, or preferQueryMode=simple with the JDBC driver."))));
        }
      }
    }
  }

  private void answered(Channel client, byte[] answer) {
    busy = false;
    client.writeAndFlush(Unpooled.wrappedBuffer(answer));
    process(client);
  }

  private byte[] answer(String sql) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean any = false;
    try {
      for (String command : sql.split(";", -1)) {
        if (!command.isBlank()) {
          any = true;
          AdminDatabase.Answer answer = database.run(command.strip());
          answer.table().ifPresent(table -> put(out, table));
          put(out, new BackendMessage.CommandComplete(answer.tag()));
        }
      }
      if (!any) {
        put(out, new BackendMessage.EmptyQueryResponse());
      }
    } catch (AdminDatabase.Refused e) {
      put(
          out,
          new BackendMessage.ErrorResponse(
              ErrorFields.error("42601", String.valueOf(e.getMessage()), "", e.hint())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    put(out, new BackendMessage.ReadyForQuery(TransactionStatus.IDLE));
    return out.toByteArray();
  }

  private static void put(ByteArrayOutputStream out, AdminDatabase.Table table) {
    List<BackendMessage.Field> fields = new ArrayList<>();
    for (String column : table.columns()) {
      fields.add(new BackendMessage.Field(column, 0, 0, TEXT, -1, -1, 0));
    }
    put(out, new BackendMessage.RowDescription(fields));
    for (List<Optional<String>> row : table.rows()) {
      put(
          out,
          new BackendMessage.DataRow(row.stream().map(value -> value.map(Bytes::of)).toList()));
    }
  }

  private static void put(ByteArrayOutputStream out, BackendMessage message) {
    out.writeBytes(message.encode());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closed = true;
    input.release();
  }
}
